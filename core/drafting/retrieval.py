"""The user's own replies that fit a mail best, as examples for the few-shot prompt. The same person's stand
as they are; in anyone else's, names and facts are masked, so that nothing of one correspondent reaches a
draft for another."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from core.domain import Address, Context, Exchange, Incoming
from core.store.ranking import best_first
from core.traits import Names, display_name, first_name
from core.traits.facts import WORD, Fact, FactKind, find, names_nobody

# Long mails would push the mail itself out of a small model's context.
MAX_CHARACTERS = 1200
_ORDINARY = 2000  # exchanges, the newest, whose words show which words are ordinary
_MOST = 6000  # of the mail and its examples together; the least near examples give way, never the mail


def retrieve(context: Context, exchanges: Sequence[Exchange], count: int) -> tuple[tuple[Incoming, str], ...]:
    """The `count` best of `exchanges` (the learning part), the best one last, next to the mail: the same
    person's first, then with their facts masked the same domain's, then others'. Fewer, where a small
    model's context would not hold them beside a long mail."""
    sender = context.incoming.sender
    near = [one for one in exchanges if one.incoming.sender.email == sender.email]
    firm = [one for one in exchanges if one.incoming.sender.domain == sender.domain and one not in near]
    far = [one for one in exchanges if one.incoming.sender.domain != sender.domain]
    mask = Mask(exchanges)
    chosen: list[tuple[Incoming, str]] = []
    for pool in (near, firm, far):
        ranked = rank(context.incoming, pool)[: count - len(chosen)]
        chosen += [_shown(one) if pool is near else mask.put_on(one, context.incoming) for one in ranked]
    room = _MOST - len(context.incoming.text) - sum(len(text) for _, text in context.incoming.earlier)
    sizes = accumulate(len(mail.text) + len(sent) for mail, sent in chosen)
    return tuple(reversed([one for one, size in zip(chosen, sizes, strict=True) if size <= room]))


def rank(incoming: Incoming, pool: Sequence[Exchange]) -> list[Exchange]:
    """`pool` by BM25 over subject and text of what came in; newer mail first where that ties."""
    newest = sorted(pool, key=lambda one: one.date, reverse=True)
    if len(newest) < 2:
        return newest
    places = best_first(set(_words(incoming)), [_words(one.incoming) for one in newest])
    return [newest[place] for place in places]


class Mask:
    """Takes names and facts out of exchanges. `exchanges`: the user's, by which ordinary words are told from
    names: what somebody else's mail holds in small letters is a word; what is a name elsewhere in the mail
    with the same person is one wherever it stands."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._exchanges = exchanges

    def put_on(self, exchange: Exchange, incoming: Incoming) -> tuple[Incoming, str]:
        """An exchange with somebody else, fit to be shown beside `incoming`: their name becomes this
        sender's, the user's stays, every other name and figure becomes what kind of thing it is."""
        other, user = exchange.incoming.sender, exchange.incoming.recipient
        kept = {word.casefold(): word for word in Names.of(exchange.incoming).user_full.split()}
        swap = _swaps(other, incoming.sender) | kept
        named = self._named_with(other)

        def clean(text: str) -> str:
            for fact in reversed(find(text)):
                text = text[: fact.start] + _mask(fact, swap) + text[fact.end :]
            return re.sub(rf"\[\w+\]|{WORD}", left, text)

        def left(word: re.Match[str]) -> str:
            """What `find` leaves alone: a name that opens a sentence, or is written small."""
            plain = word[0].casefold()
            if word[0].startswith("[") or plain in kept or word[0] in swap.values():
                return word[0]
            if plain in swap:
                return swap[plain]
            is_name = plain in named or (word[0][0].isupper() and not names_nobody(word[0]))
            return "[name]" if is_name and not self._is_ordinary(plain, other) else word[0]

        subject, text = clean(exchange.incoming.subject), clean(_short(exchange.incoming.text))
        return Incoming(incoming.sender, user, subject, text), clean(_short(exchange.sent))

    def _is_ordinary(self, word: str, other: Address) -> bool:
        return bool(self._writers.get(word, frozenset()) - {other.domain})

    def _named_with(self, other: Address) -> frozenset[str]:
        """Every word of a name in the mail with somebody."""
        mail = [one for one in self._exchanges if one.incoming.sender == other][-_ORDINARY:]
        texts = [text for one in mail for text in _texts(one)]
        names = (fact.text for text in texts for fact in find(text) if fact.kind is FactKind.NAME)
        return frozenset(word.casefold() for name in names for word in re.findall(WORD, name))

    @cached_property
    def _writers(self) -> Mapping[str, set[str]]:
        """The domains in whose mail each word stands in small letters."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self._exchanges[-_ORDINARY:]:
            for text in _texts(one):
                for word in set(re.findall(WORD, text)):
                    if word.islower():
                        found[word].add(one.incoming.sender.domain)
        return found


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


def _texts(exchange: Exchange) -> tuple[str, str, str]:
    return exchange.incoming.subject, exchange.incoming.text, exchange.sent


def _short(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS].rsplit(" ", 1)[0] + " ..."


def _words(incoming: Incoming) -> list[str]:
    return re.findall(r"\w{3,}", f"{incoming.subject} {incoming.text}".casefold())
