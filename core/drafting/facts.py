"""Which of a draft's facts stand nowhere in its context, which of the notes' a draft states, and how much of
the notes' wording it repeats."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from core.domain import Context, Finding
from core.traits.facts import WORD, Fact, FactKind, find, keys


def unsupported(draft: str, context: Context, rules: Iterable[str] = ()) -> list[Finding]:
    """Facts of `draft` that stand neither in the thread, the notes nor the rules (sentences)."""
    known = keys(source(context) + "\n" + "\n".join(rules))
    return [
        Finding(
            fact.start,
            fact.end,
            fact.text,
            f"this {fact.kind} stands neither in the thread nor in your notes",
        )
        for fact in find(draft)
        if not _borne_out(fact, known)
    ]


def fact_recall(draft: str, notes: str) -> float | None:
    """Share of the notes' facts that `draft` states; None where the notes state none."""
    wanted = find(notes)
    if not wanted:
        return None
    stated = keys(draft)
    return sum(fact.keys <= stated for fact in wanted) / len(wanted)


def brief_copy(draft: str, notes: str) -> int:
    """Longest run of words that `draft` shares with `notes`, names and numbers left out."""
    left, right = _plain_words(draft), _plain_words(notes)
    return SequenceMatcher(None, left, right, autojunk=False).find_longest_match().size


def source(context: Context) -> str:
    """All text a draft may take its facts from."""
    mail = context.incoming
    people = (mail.sender.name, mail.sender.email, mail.recipient.name, mail.recipient.email)
    earlier = (part for who_text in mail.earlier for part in who_text)
    return "\n".join((*people, mail.subject, mail.text, *earlier, context.notes))


def _borne_out(fact: Fact, known: frozenset[str]) -> bool:
    if fact.kind is FactKind.NAME:  # an initial stands for a name of the context
        return all(
            key in known or (len(key) == 1 and any(k.startswith(key) for k in known)) for key in fact.keys
        )
    return fact.keys <= known


def _plain_words(text: str) -> list[str]:
    for fact in reversed(find(text)):
        text = text[: fact.start] + " " + text[fact.end :]
    return re.findall(WORD, text.lower())
