"""x: what is to be answered, made of stored messages or of a file, under the identity that was addressed."""

from collections.abc import Sequence
from datetime import datetime

from core.domain import Address, Incoming, MailKind, ParsedMail
from core.drafting.thread_cut import MAX_CHARACTERS, cut, shown
from core.mail.pairing import Pair, thread_name
from core.mail.quotes import answered_text
from core.store.exchanges import NewExchange
from core.store.messages import MessageRepository, StoredMessage
from core.traits import tidy
from core.traits.kinds import kind_of

# Of the loss in training, as against 1 for old mail: an edit tells what drafts lack where old mail tells
# what is habit anyway, but a handful of them must not drown two hundred mails.
EDIT_WEIGHT = 2.0


def incoming(mail: ParsedMail, user: Address, earlier: Sequence[ParsedMail] = ()) -> Incoming:
    """`mail` as what is to be answered by `user`; `earlier` stood before it, oldest first. What of a long
    thread is left out: see core.drafting.thread_cut."""
    part = shown(mail, earlier)
    return Incoming(mail.sender, user, mail.subject, part.text, part.earlier)


def first_mail(to: Address, user: Address, subject: str = "") -> Incoming:
    """Nothing came in: a new mail is written."""
    return Incoming(to, user, subject, "")


def thread_of(
    message: StoredMessage, messages: MessageRepository, most: int = 50
) -> tuple[StoredMessage, ...]:
    """The message and what stood before it as its headers tell, oldest first."""
    found = [message]
    seen = {message.id}
    while len(found) < most:
        mail = found[-1].mail
        parents = [mail.in_reply_to, *reversed(mail.references)]
        known = (messages.by_header(parent, message.account) for parent in parents if parent)
        parent = next((one for one in known if one is not None and one.id not in seen), None)
        if parent is None:
            break
        seen.add(parent.id)
        found.append(parent)
    return tuple(reversed(found))


def exchange(pair: Pair[StoredMessage], user: Address) -> NewExchange | None:
    """What a pair is to learning; None for a mail without words or date, or with nobody to read it."""
    sent = pair.sent.mail
    if not sent.text.strip() or sent.date is None:
        return None
    answers = pair.answers
    if answers is None:
        reader = next((to for to in sent.to if to.email != user.email), None)
        # What is answered was deleted, or never lay here: the quote still tells it.
        quoted = answered_text(sent.quoted) if sent.kind is MailKind.REPLY else ""
        came = Incoming(reader, user, sent.subject, cut(quoted, MAX_CHARACTERS)) if reader else None
    else:
        came = incoming(answers.mail, user, [one.mail for one in pair.earlier])
    if came is None:
        return None
    return NewExchange(
        incoming=came,
        sent=sent.text.strip(),
        date=sent.date,
        thread=pair.thread,
        kind=kind_of(f"{came.subject}\n{came.text}", sent.text),
        sent_message=pair.sent.id,
        received_message=answers.id if answers else None,
    )


def edit(thread: Sequence[StoredMessage], user: Address, text: str, at: datetime) -> NewExchange:
    """What an edited draft of a reply is to learning, until the reply itself is seen. `thread` ends with
    the message that is answered."""
    mails = [one.mail for one in thread]
    came = incoming(mails[-1], user, mails[:-1])
    return NewExchange(
        incoming=came,
        sent=text.strip(),
        date=at,
        thread=thread_name(mails[0]),
        kind=kind_of(f"{came.subject}\n{came.text}", text),
        weight=EDIT_WEIGHT,
        received_message=thread[-1].id,
    )


def is_edited(draft: str, text: str) -> bool:
    """Whether the words or marks differ; white space and the shape of quotes are a mail program's."""
    return tidy(draft).split() != tidy(text).split()
