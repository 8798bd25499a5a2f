"""Where a text holds what leads to a person or their money: addresses, links, phone numbers, IBANs, cards.

Meant to miss nothing rather than to be sparing: what is found here is put back in the answer, so a span too
many costs a model a little sense, and a span too few leaves the machine.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any


class Kind(StrEnum):
    """What a placeholder stands for, as it is written in one."""

    FIRST = "FIRST"
    LAST = "LAST"
    NAME = "NAME"
    EMAIL = "EMAIL"
    LINK = "LINK"
    IBAN = "IBAN"
    CARD = "CARD"
    PHONE = "PHONE"
    NUMBER = "NUMBER"  # seven digits or more, whatever they count
    PLACE = "PLACE"
    WORD = "WORD"  # one of the user's own list
    TEXT = "TEXT"  # what only looks like a placeholder


@dataclass(frozen=True)
class Span:
    start: int
    end: int
    kind: Kind


_HIDDEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"  # seen by nobody, and put inside numbers by some
_GAP = rf"[ \t\u00a0\u2009\u202f./()\-\u2010-\u2015{_HIDDEN}]"
_WRAP = r"(?:\s*\n[> \t]*)"  # a number broken at the end of a line

_EMAIL = re.compile(
    rf"(?:\"[^\"\n]{{1,64}}\"|[\w.!#$%&'*+/=?^`{{|}}~\-{_HIDDEN}]{{1,200}})@"
    rf"(?:\[[^\]\s]{{1,64}}\]|[\w\-{_HIDDEN}]+(?:\.[\w\-{_HIDDEN}]+)*)"
)
_SPELT_EMAIL = re.compile(
    r"[\w.+\-]{1,64}\s*[\[({]\s*at\s*[\])}]\s*[\w\-]+(?:(?:\s*[\[({]\s*dot\s*[\])}]\s*|\.)[\w\-]+)*",
    re.IGNORECASE,
)
_URL = r"[^\s<>\"]*[^\s<>\".,;:!?)\]]"
_LINK = re.compile(
    rf"\b[a-z][a-z0-9+.\-]{{1,20}}://{_URL}|\bwww\.{_URL}|\b(?:mailto|tel|sms|callto):{_URL}"
    rf"|\b(?:[\w\-]{{1,63}}\.){{1,5}}[a-z]{{2,24}}(?::\d+)?[/?#](?:{_URL})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    rf"(?:\+|\((?=\d{{1,5}}\)))?\d(?:(?:{_GAP}{{0,3}}|(?<=\d\d\d){_WRAP}(?=\d\d\d))\d){{6,}}"
)
# What is written like a long number and is none: dates, times, years, amounts.
_PLAIN = re.compile(
    r"(?<![\d./\-])(?:"
    r"(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)?\d\d"
    r"|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?|[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,2})?"
    r")(?![./\-]?\d)"
)
_TIME = re.compile(r"(?<![\d:])\d{1,2}[:h]\d\d(?::\d\d)?(?![:\d])")
_IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}\d\d(?:(?:{_GAP}|{_WRAP})?[A-Za-z0-9]){{11,30}}")
# Of the shape, though its check digits are wrong: a slip of the finger is an IBAN all the same.
_LIKE_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])[A-Z]{{2}}\d\d(?:{_GAP}?[A-Z0-9]{{4}}){{2,7}}(?:{_GAP}?[A-Z0-9]{{1,3}}(?![A-Za-z0-9]))?"
)
_PLACES = re.compile(
    r"\b\d{1,5}[a-z]?,?\s+(?:[^\W\d_][\w'’.\-]*\s+){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Square"
    r"|Boulevard|Blvd|Court|Place|Way|Terrace|Close|Parkway|Highway|Row|Gardens|Crescent|Quay|Mews)\b\.?"
    r"|\b[^\W\d_][\w\-]*(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|damm|ufer)\s+\d{1,4}[a-z]?\b"
    r"|\b\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|boulevard|place|chemin|via|viale|piazza|calle|avenida)"
    r"(?:\s+(?:de|du|des|la|le|les|del|della|di|[^\W\d_a-z]\w*)){1,4}"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|\b[A-Z]{2}\s\d{5}(?:-\d{4})?\b|\b(?:[A-Z]{1,2}-)?\d{5}\s[^\W\d_a-z][^\W\d_]{2,}"
    r"|\bP\.?\s?O\.?\s?Box\s+\d+",
)
_FEWEST = 6  # digits of a telephone number
_REGIONS = ("US", "GB", "DE", "FR")  # how numbers without a country's code are read


def particulars(text: str) -> Iterator[Span]:
    """In no order; spans may overlap."""
    for pattern, kind in (
        (_EMAIL, Kind.EMAIL),
        (_SPELT_EMAIL, Kind.EMAIL),
        (_LINK, Kind.LINK),
        (_PLACES, Kind.PLACE),
    ):
        yield from (Span(*match.span(), kind) for match in pattern.finditer(text))
    if "." in text:
        found = _linkify().match(text) or []
        yield from (Span(one.index, one.last_index, Kind.LINK) for one in found if "@" not in one.text)
    if any(character.isdigit() for character in text):
        yield from _ibans(text)
        yield from _phones(text)
        yield from _numbers(text)


def _ibans(text: str) -> Iterator[Span]:
    from stdnum import iban

    for match in _IBAN.finditer(text):
        ends = (end for end in range(match.end(), match.start() + 14, -1) if text[end - 1].isalnum())
        # The check digits that some countries add of their own are no matter here.
        valid = (end for end in ends if iban.is_valid(_bare(text[match.start() : end]), check_country=False))
        if (end := next(valid, None)) is not None:
            yield Span(match.start(), end, Kind.IBAN)
    yield from (Span(*match.span(), Kind.IBAN) for match in _LIKE_IBAN.finditer(text))


def _phones(text: str) -> Iterator[Span]:
    from phonenumbers import Leniency, PhoneNumberMatcher

    quiet = _without_dates(text)
    for region in _REGIONS:
        # The limit of tries is there for texts that are not known to hold numbers.
        for match in PhoneNumberMatcher(quiet, region, Leniency.POSSIBLE, max_tries=len(text) + 1):
            if sum(map(str.isdigit, match.raw_string)) >= _FEWEST:
                opened = re.match(r"\((?=\+)|\((?!.*\))", match.raw_string)  # of the sentence's bracket
                yield Span(match.start + bool(opened), match.end, Kind.PHONE)


def _numbers(text: str) -> Iterator[Span]:
    from stdnum import luhn

    for match in _DIGITS.finditer(_without_dates(text)):
        digits = re.sub(r"\D", "", match.group())
        card = 13 <= len(digits) <= 19 and luhn.is_valid(digits)
        yield Span(*match.span(), Kind.CARD if card else Kind.NUMBER)


def _without_dates(text: str) -> str:
    """The same length, so that places agree."""
    for pattern in (_PLAIN, _TIME):
        text = pattern.sub(lambda match: "x" * len(match.group()), text)
    return text


def _bare(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)


@cache
def _linkify() -> Any:
    from linkify_it import LinkifyIt

    return LinkifyIt(options={"fuzzy_email": False, "fuzzy_ip": True})
