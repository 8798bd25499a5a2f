"""One message, bytes in, ParsedMail out. Pure: no file, no network, no clock; runs in the reader child,
because what it reads was written by strangers."""

import hashlib
import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from core.domain import Address, MailKind, ParsedMail
from core.mail.body import Body, read_body
from core.mail.headers import Headers
from core.mail.outlook import COMPOUND, internet_message
from core.mail.phrases import AUTOMATIC
from core.mail.quotes import Split, split_text

LARGEST = 8_000_000  # bytes; what a message holds beyond that is attachments
_REPLY_SUBJECT = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|odp|rif|ris|res|rép|rsp|resp|ynt|yan|vá|bls|atb|ats|ref|r|απ|σχετ"
    r"|回复|回覆|答复|ответ|відп|отг|返信|회신|رد|השב|תגובה)(?:\s?[\[(]\d+[\])]|\^\d+)?\s*[:：]",
    re.IGNORECASE,
)
_FORWARD_SUBJECT = re.compile(
    r"\s*\[?(?:fwd?|wg|tr|rv|enc|vb|doorst|i|pd|vl|vid|vidb|fs|továbbítás|ilt|prz|předat|πρθ|转发|轉寄|пересл"
    r"|転送|전달|إعادة توجيه|הועבר)(?:\s?[\[(]\d+[\])])?\s*[:：]",
    re.IGNORECASE,
)
_AUTOMATIC_SENDER = re.compile(
    r"(?:mailer-daemon|postmaster|no-?_?reply|do-?not-?reply|bounces?|notifications?)(?:[+\-.=].*)?@",
    re.IGNORECASE,
)

_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list")
_AUTOMATIC_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-vacation",
    "x-failed-recipients",
)


def parse_message(raw: bytes) -> ParsedMail:
    """Never raises on the bytes of an Internet message; what cannot be read is empty. Text is UTF-8
    encodable. Raises ValueError for an Outlook file that is damaged or holds no mail."""
    message = message_of(raw)
    headers = Headers(message)
    body = _body(message)
    split = split_text(body.text)
    sender = next(iter(headers.addresses("from") or headers.addresses("sender")), Address("", ""))
    subject = headers.text("subject")
    references = headers.ids("references")
    replied = headers.ids("in-reply-to")
    return ParsedMail(
        message_id=next(iter(headers.ids("message-id")), "") or _made_id(raw),
        in_reply_to=replied[0] if replied else "",
        references=references,
        date=headers.date(),
        subject=subject,
        sender=sender,
        to=headers.addresses("to"),
        cc=headers.addresses("cc"),
        kind=_kind(headers, message, sender, subject, body, split),
        text=split.own,
        signature=split.signature,
        quoted=split.quoted,
        hidden=body.hidden,
        reply_to=headers.addresses("reply-to"),
        thread=headers.text("x-gm-thrid"),  # Google's export writes it
        note="encrypted" if body.sealed else "",
    )


def message_of(raw: bytes) -> "Message[str, str]":
    """The parts of a message, Outlook's included. Raises as `parse_message` does."""
    return _message((internet_message(raw) if raw.startswith(COMPOUND) else raw)[:LARGEST])


def _message(raw: bytes) -> "Message[str, str]":
    # Some stores put the mbox line, or blank lines, before the first header.
    start = raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw
    start = start.removeprefix(b"\xef\xbb\xbf")
    try:
        return message_from_bytes(start, policy=compat32)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        return message_from_bytes(_head(start), policy=compat32)  # parts nested beyond reason


def _head(raw: bytes) -> bytes:
    """The headers alone, those that say how the body is built left out."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    return re.sub(rb"(?im)^content-[^\n]*(?:\n[ \t][^\n]*)*\n?", b"", head + b"\n") + b"\n"


def _body(message: "Message[str, str]") -> Body:
    try:
        return read_body(message)
    except RecursionError:
        return Body("")


def _made_id(raw: bytes) -> str:
    """A stable stand-in for a missing Message-ID: the same bytes are the same message."""
    return f"<{hashlib.sha256(raw).hexdigest()[:32]}@message.invalid>"


def _kind(
    headers: Headers, message: "Message[str, str]", sender: Address, subject: str, body: Body, split: Split
) -> MailKind:
    if body.scheduled or _is_automatic(headers, message, sender, subject):
        return MailKind.AUTOMATIC
    if any(map(headers.has, _LIST_HEADERS)) or _is_bulk(headers):
        return MailKind.LIST
    is_reply = bool(_REPLY_SUBJECT.match(subject))
    if headers.has("resent-from") or (split.forwarded and not is_reply):
        return MailKind.FORWARD
    if (
        _FORWARD_SUBJECT.match(subject)
        and not is_reply
        and (split.quoted or body.carries or not split.own.strip())
    ):
        return MailKind.FORWARD
    if is_reply or headers.has("in-reply-to") or headers.has("references") or _announced(split):
        return MailKind.REPLY
    return MailKind.FIRST


def _announced(split: Split) -> bool:
    """A quote under own words answers something, even where no header says so."""
    return bool(split.own.strip()) and len(split.quoted.split()) >= 3


def _is_bulk(headers: Headers) -> bool:
    return headers.text("precedence").lower() in ("bulk", "list", "junk")


def _is_automatic(headers: Headers, message: "Message[str, str]", sender: Address, subject: str) -> bool:
    """RFC 3834's header, the older ones it replaced, and what programs without any of them write."""
    submitted = headers.text("auto-submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(map(headers.has, _AUTOMATIC_HEADERS)):
        return True
    if headers.text("precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if headers.has("return-path") and headers.text("return-path") == "<>":
        return True
    if subject.lower().startswith(AUTOMATIC):
        return True
    return bool(_AUTOMATIC_SENDER.match(sender.email)) or message.get_content_type() == "multipart/report"
