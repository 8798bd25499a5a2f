"""A reply as a message of its own, and saving it where the user finds it: in the server's Drafts folder.
The one place where Longhand writes to a server; it never sends."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.domain import Address, ParsedMail
from core.errors import MailError
from core.mail.attribution import attribution

if TYPE_CHECKING:  # composing a reply needs no IMAP, and a window that opens no library of mail: 12 ms
    from email.headerregistry import Address as HeaderAddress
    from email.message import EmailMessage

    from core.mail.imap import ImapSession

MOST_REFERENCES = 30
_RE = re.compile(r"\s*(?:re|aw|sv|antw|odp|rif|vs|ynt)(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Saved:
    """`uid` is None where the server would not tell it; `left` are the Message-IDs of earlier drafts that
    could not be removed, and are still there."""

    uid: int | None
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manner:
    """How a reply is put: by whom, to whom, and with the original under it. `own` are the user's addresses,
    lower case: a reply goes to none of them."""

    identity: Address
    own: frozenset[str] = frozenset()
    everyone: bool = False
    quotes: bool = False


def compose_reply(message: ParsedMail, text: str, manner: Manner, at: datetime | None = None) -> bytes:
    """A reply to one message: bytes with CRLF line ends, ready for APPEND. `at` with its offset; the present,
    in local time, if None."""
    from email.policy import SMTP

    to, cc = recipients(message, manner)
    body = f"{text.rstrip()}\n\n{quotation(message)}" if manner.quotes else text
    references = [*message.references, message.message_id]
    draft = compose(body, manner.identity, to, reply_subject(message.subject), at, cc=cc)
    if message.message_id and not message.message_id.endswith("@message.invalid>"):
        draft["In-Reply-To"] = message.message_id
        draft["References"] = " ".join(_shortened(references))
    return draft.as_bytes(policy=SMTP)


def recipients(message: ParsedMail, manner: Manner) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """To and Cc of a reply (RFC 5322, 3.6.3): whom the message asks to be answered, else its sender; for
    everyone the other recipients too. One's own addresses are left out, and nobody stands there twice."""
    own = {*manner.own, manner.identity.email.lower()}
    answered = message.reply_to or (message.sender,)
    if all(one.email in own for one in answered):  # a follow-up of one's own mail goes where that went
        answered = message.to or answered
    to = _once((*answered, *(message.to if manner.everyone else ())), own)
    cc = _once(message.cc, own | {one.email for one in to}) if manner.everyone else ()
    return to or answered[:1], cc


def quotation(message: ParsedMail) -> str:
    """The original with what it quotes itself, announced by when and by whom it was written."""
    lines = message.text.rstrip().split("\n")
    if message.quoted.strip():
        lines += ["", *message.quoted.rstrip().split("\n")]
    return "\n".join(
        [
            attribution(message),
            *(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines),
        ]
    )


def compose(
    text: str,
    identity: Address,
    to: tuple[Address, ...],
    subject: str,
    at: datetime | None = None,
    *,
    cc: tuple[Address, ...] = (),
) -> "EmailMessage":
    """A new mail. Addresses that no header can hold are left out, for the user to set right."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime, make_msgid

    draft = EmailMessage(policy=SMTP)
    draft["From"] = _mailbox(identity) or ""
    for name, people in (("To", to), ("Cc", cc)):
        if written := [made for made in map(_mailbox, people) if made]:
            draft[name] = written
    draft["Subject"] = _one_line(subject)
    draft["Date"] = format_datetime(at or datetime.now().astimezone())
    # The domain of the user's own address: the machine's name is nobody's business.
    domain = identity.domain if re.fullmatch(r"[A-Za-z0-9.\-]+", identity.domain) else "longhand.invalid"
    draft["Message-ID"] = make_msgid(domain=domain)
    body = text.rstrip("\n") + "\n"
    draft.set_content(body, charset="utf-8", cte="7bit" if _is_plain(body) else "quoted-printable")
    return draft


def save(session: "ImapSession", raw: bytes, replaces: Sequence[str] = (), *, create: bool = False) -> Saved:
    """Puts a draft into the Drafts folder. `replaces` are the Message-IDs of Longhand's own earlier drafts:
    those still there are removed by UID EXPUNGE once the new one is there, or left and told. A missing
    folder is made only if `create`. Raises MailError."""
    folder = session.find("Drafts")
    if folder is None:
        if not create:
            raise MailError("The server has no Drafts folder; save with --create-folder to make one.")
        folder = "Drafts"
        session.create(folder)
    uid = session.append_draft(folder, raw)
    left = []
    for earlier in replaces:
        at = session.find_draft(folder, earlier)
        if at is not None and not (session.can_replace() and session.remove_draft(folder, at, earlier)):
            left.append(earlier)
    return Saved(uid, tuple(left))


def reply_subject(subject: str) -> str:
    """'Re: ' once, whatever stood before."""
    bare = subject
    while match := _RE.match(bare):
        bare = bare[match.end() :]
    return f"Re: {bare}".strip()


def message_id_of(raw: bytes) -> str:
    match = re.search(rb"(?im)^message-id:\s*(<[^<>\r\n]+>)", raw)
    return match.group(1).decode("ascii", "replace") if match else ""


def _once(people: Iterable[Address], but: Collection[str]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for one in people:
        if one.email not in but:
            found.setdefault(one.email, one)
    return tuple(found.values())


def _mailbox(address: Address) -> "HeaderAddress | None":
    from email.headerregistry import Address as HeaderAddress

    try:
        return HeaderAddress(_one_line(address.name), addr_spec=address.email)
    except (ValueError, IndexError, AttributeError):
        return None
    except Exception as error:
        if type(error).__module__.startswith("email"):
            return None
        raise


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_plain(body: str) -> bool:
    return body.isascii() and all(len(line) <= 990 for line in body.split("\n"))


def _shortened(references: list[str]) -> list[str]:
    """The first and the newest ids of a long thread (RFC 5537, 3.4.4): some servers cut long headers."""
    known = [one for one in dict.fromkeys(references) if one]
    return known if len(known) <= MOST_REFERENCES else [known[0], *known[-(MOST_REFERENCES - 1) :]]
