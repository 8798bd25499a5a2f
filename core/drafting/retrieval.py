"""The user's own replies that fit a mail best, as examples for the few-shot prompt. Within the same
person or domain they stand as they are; from anyone else names and facts are masked, so that nothing
of one correspondent reaches a draft for another."""

import re
from collections.abc import Sequence
from itertools import accumulate

from core.domain import Address, Context, Exchange, Incoming
from core.drafting.facts import Fact, FactKind, find
from core.traits import Names, display_name, first_name

# Long mails would push the mail itself out of a small model's context.
MAX_CHARACTERS = 1200
_MOST = 6000  # of the mail and its examples together; the least near examples give way, never the mail


def retrieve(context: Context, exchanges: Sequence[Exchange], count: int) -> tuple[tuple[Incoming, str], ...]:
    """The `count` best of `exchanges` (the learning part), the best one last, next to the mail:
    the same person's first, then the same domain's, then others' with their facts masked. Fewer, where
    a small model's context would not hold them beside a long mail."""
    sender = context.incoming.sender
    near = [one for one in exchanges if one.incoming.sender.email == sender.email]
    firm = [one for one in exchanges if one.incoming.sender.domain == sender.domain and one not in near]
    far = [one for one in exchanges if one.incoming.sender.domain != sender.domain]
    chosen: list[tuple[Incoming, str]] = []
    for pool in (near, firm, far):
        ranked = rank(context.incoming, pool)[: count - len(chosen)]
        chosen += [_shown(one) if pool is not far else masked(one, context.incoming) for one in ranked]
    room = _MOST - len(context.incoming.text) - sum(len(text) for _, text in context.incoming.earlier)
    sizes = accumulate(len(mail.text) + len(sent) for mail, sent in chosen)
    return tuple(reversed([one for one, size in zip(chosen, sizes, strict=True) if size <= room]))


def rank(incoming: Incoming, pool: Sequence[Exchange]) -> list[Exchange]:
    """`pool` by BM25 over subject and text of what came in; newer mail first where that ties."""
    newest = sorted(pool, key=lambda one: one.date, reverse=True)
    words = [_words(one.incoming) for one in newest]
    query = sorted(set(_words(incoming)) & {word for document in words for word in document})
    if len(newest) < 2 or not query:
        return newest
    import bm25s

    index = bm25s.BM25(backend="numpy")
    index.index(words, show_progress=False)
    scores = index.get_scores(query)
    return [newest[i] for i in sorted(range(len(newest)), key=lambda i: -float(scores[i]))]


def masked(exchange: Exchange, incoming: Incoming) -> tuple[Incoming, str]:
    """An exchange with somebody else, fit to be shown beside `incoming`: their name becomes this
    sender's, the user's stays, every other name and figure becomes what kind of thing it is."""
    other, user = exchange.incoming.sender, exchange.incoming.recipient
    names = Names.of(exchange.incoming)
    swap = _swaps(other, incoming.sender) | {word.casefold(): word for word in names.user_full.split()}

    def clean(text: str) -> str:
        for fact in reversed(find(text)):
            text = text[: fact.start] + _mask(fact, swap) + text[fact.end :]
        for name in display_name(other).split():  # where it opens a sentence, `find` leaves it alone
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", swap[name.casefold()], text)
        return text

    subject, text = clean(exchange.incoming.subject), clean(_short(exchange.incoming.text))
    return Incoming(incoming.sender, user, subject, text), clean(_short(exchange.sent))


def _swaps(old: Address, new: Address) -> dict[str, str]:
    """Each word of one name to a word of the other: first to first, the rest to the last."""
    before, after = display_name(old).split(), display_name(new).split() or ["there"]
    swaps = {word.casefold(): after[-1] for word in before[1:]}
    return swaps | ({before[0].casefold(): first_name(display_name(new)) or after[0]} if before else {})


def _mask(fact: Fact, swap: dict[str, str]) -> str:
    if fact.kind is FactKind.NAME:
        words = [swap.get(word.casefold(), "") for word in fact.text.split()]
        return " ".join(words) if all(words) else "[name]"
    return f"[{fact.kind}]"


def _shown(exchange: Exchange) -> tuple[Incoming, str]:
    mail = exchange.incoming
    return Incoming(mail.sender, mail.recipient, mail.subject, _short(mail.text)), _short(exchange.sent)


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS].rsplit(" ", 1)[0] + " ..."


def _words(incoming: Incoming) -> list[str]:
    return re.findall(r"\w{3,}", f"{incoming.subject} {incoming.text}".casefold())
