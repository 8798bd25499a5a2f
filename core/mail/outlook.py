"""Outlook's .msg files (MS-OXMSG) as Internet messages. Runs in the reader child, as all that reads what
strangers wrote."""

import io
from collections.abc import Iterator
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.parser import HeaderParser
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oxmsg import Message

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how a compound file begins, which .msg files are
# Property ids of MS-OXPROPS.
_HEADERS, _MESSAGE_ID, _IN_REPLY_TO, _REFERENCES = 0x007D, 0x1035, 0x1042, 0x1039
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_AUTHORS = (0x5D02, 0x0065, 0x5D01, 0x0C1F)  # whom it was sent for, then who sent it; SMTP, then any kind
_AUTHOR_NAMES = (0x0042, 0x0C1A)
_RECIPIENT_TYPE = 0x0C15
_LISTS = {1: "To", 2: "Cc"}
_BODY_HEADERS = ("content-", "mime-version")


def internet_message(raw: bytes) -> bytes:
    """The message as a mail server would have it, without its attachments. Raises ValueError for what is no
    Outlook message, and for a damaged one."""
    from oxmsg import Message  # late: few have such files

    try:
        return _converted(Message.load(io.BytesIO(raw)))
    except Exception:  # noqa: BLE001
        # The libraries raise whatever they trip over, OSError among it, which in the reader child would
        # mean that the app is gone; and their texts may quote mail.
        raise ValueError("not an Outlook message, or damaged") from None


def _converted(message: "Message") -> bytes:
    if not message.message_class.upper().startswith(("IPM.NOTE", "REPORT.IPM.NOTE")):
        raise ValueError("an appointment, a contact or another thing that is no mail")
    made = _body(message)
    given = HeaderParser().parsestr(message.properties.str_prop_value(_HEADERS) or "")
    for name, value in given.items():
        if not name.lower().startswith(_BODY_HEADERS):
            made[name] = value
    # What one has sent, Outlook keeps without headers.
    for name, value in _own_headers(message):
        if value and name not in given:
            made[name] = value
    return made.as_bytes()


def _body(message: "Message") -> MIMENonMultipart | MIMEMultipart:
    try:
        html = message.html_body or ""
    except (UnicodeError, LookupError):
        html = ""  # in another charset than it says: its plain text serves
    plain = MIMEText(message.body or "", "plain", "utf-8")
    if not html:
        return plain
    if not message.body:
        return MIMEText(html, "html", "utf-8")
    both = MIMEMultipart("alternative")
    both.attach(plain)
    both.attach(MIMEText(html, "html", "utf-8"))
    return both


def _own_headers(message: "Message") -> Iterator[tuple[str, Any]]:
    read = message.properties.str_prop_value
    name = next(filter(None, map(read, _AUTHOR_NAMES)), "")
    yield "From", _address(name, next((found for pid in _AUTHORS if "@" in (found := read(pid) or "")), ""))
    for kind, header in _LISTS.items():
        of_kind = [
            one for one in message.recipients if one.properties.int_prop_value(_RECIPIENT_TYPE) == kind
        ]
        yield header, ", ".join(filter(None, (_address(one.name, one.email_address) for one in of_kind)))
    yield "Subject", Header(_line(message.subject), "utf-8") if message.subject else ""
    date = message.properties.date_prop_value
    sent = date(_SUBMITTED) or date(_DELIVERED)
    yield "Date", format_datetime(sent) if sent else ""
    for header, pid in (
        ("Message-ID", _MESSAGE_ID),
        ("In-Reply-To", _IN_REPLY_TO),
        ("References", _REFERENCES),
    ):
        yield header, _line(read(pid) or "")


def _address(name: str, email: str) -> str:
    """Empty where Outlook knows an address of Exchange's own alone ('/O=FIRM/CN=...')."""
    return formataddr((_line(name), _line(email))) if "@" in email else ""


def _line(text: str) -> str:
    return " ".join(text.split())
