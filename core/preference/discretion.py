"""What no rule may hold, for rules are about style: figures, links, addresses, and names that come up with
one person alone. Rules in the user's own words may hold what the user likes."""

import re

from core.traits.facts import FactKind, find, keys

MOST_CHARACTERS = 200
_FIGURES = 2  # digits up to which a number counts lines, points and the like
_COUNTS = re.compile(r"\b\d{3}(?= (?:words|characters|letters)\b)")


def is_about_style(sentence: str) -> bool:
    """Whether it is short and holds no figure, link or address."""
    return len(sentence) <= MOST_CHARACTERS and not any(
        fact.kind in (FactKind.LINK, FactKind.ADDRESS, FactKind.AMOUNT)
        or sum(map(str.isdigit, fact.text)) > _FIGURES
        for fact in find(_COUNTS.sub("99", sentence))
    )


def names_in(text: str) -> frozenset[str]:
    """The words that name somebody or something, in small letters."""
    names = (fact.text for fact in find(text) if fact.kind is FactKind.NAME)
    return frozenset(key for name in names for key in keys(name))


def names_in_form(form: str) -> frozenset[str]:
    """As `names_in`, in a greeting or closing: there a name may be all there is."""
    return names_in(f"with {form}")
