"""Learned rules: what the large model said of single mails, gathered by trait, value and scope, so that
the user sees one rule with its support instead of a hundred lines."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from core.domain import Example, Exchange, ExchangeId, Rule, RuleLine, RuleOrigin, Scope
from core.preference.discretion import is_about_style, names_in
from core.preference.habits import habits
from core.preference.measured import EvidenceOf, rule_of, scopes_of
from core.preference.sightings import Sighting
from core.traits import OTHER, Names, in_plain_words, rule_value


def learned_rules(
    examples: Sequence[Example],
    exchanges: Mapping[ExchangeId, Exchange],
    evidence_of: EvidenceOf | None = None,
) -> list[Rule]:
    """Rules not stored yet (`id` 0), each in plain words, or in its commonest wording where no detector
    knows what it asks for. Support counts mails. What is no matter of style but a fact is left out."""
    found = _about_style(_sightings(examples, exchanges))
    wordings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in found:
        wordings[one.trait, one.value][one.sentence] += 1
    return [
        rule_of(
            one,
            OTHER if one.trait.startswith(OTHER) else one.trait,
            "" if one.trait.startswith(OTHER) else one.value,
            wordings[one.trait, one.value].most_common(1)[0][0],
            RuleOrigin.LEARNED,
            evidence_of,
        )
        for one in habits(found)
    ]


def meaning(line: RuleLine, names: Names | None = None) -> str:
    """What tells two rules of a trait apart: the value asked for, or the words where no detector
    knows one."""
    return rule_value(line, names) or " ".join(line.sentence.casefold().split()).rstrip(".")


def _about_style(found: Sequence[Sighting]) -> list[Sighting]:
    """Less the wordings that hold facts, or a name that they hold for one reader alone."""
    readers: dict[tuple[str, str], set[Scope]] = defaultdict(set)
    for one in found:
        readers[one.trait, one.value].add(one.scopes[-1])
    return [
        one
        for one in found
        if is_about_style(one.sentence)
        and (len(readers[one.trait, one.value]) > 1 or not names_in(one.sentence))
    ]


def _sightings(examples: Sequence[Example], exchanges: Mapping[ExchangeId, Exchange]) -> list[Sighting]:
    found = []
    for example in examples:
        exchange = exchanges.get(example.exchange)
        if exchange is None:
            continue
        scopes = scopes_of(exchange.incoming, exchange.kind)
        names = Names.of(exchange.incoming)
        for line in example.rules:
            value, words = meaning(line, names), in_plain_words(line, names).sentence
            # Rules of 'other' do not contradict one another: each counts as a trait of its own.
            trait = f"{OTHER}: {value}" if line.trait == OTHER else line.trait
            found.append(Sighting(example.exchange, exchange.date, scopes, trait, value, words))
    return found
