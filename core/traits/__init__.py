"""Traits of style: what code can see in a reply, which value a rule asks for, and whether it is kept."""

from core.traits.detectors import DETECTORS, LONG_WORDS, SHORT_WORDS, TRAITS, Trait
from core.traits.kept import detect_all, kept, plain, same, trait_named
from core.traits.language import language_of
from core.traits.layout import Layout, Names, display_name, first_name, greeting_form, lay_out, tidy
from core.traits.wording import OTHER, in_plain_words, quoted, rule_value, sentence, spoken

__all__ = [
    "DETECTORS",
    "LONG_WORDS",
    "OTHER",
    "SHORT_WORDS",
    "TRAITS",
    "Layout",
    "Names",
    "Trait",
    "detect_all",
    "display_name",
    "first_name",
    "greeting_form",
    "in_plain_words",
    "kept",
    "language_of",
    "lay_out",
    "plain",
    "quoted",
    "rule_value",
    "same",
    "sentence",
    "spoken",
    "tidy",
    "trait_named",
]
