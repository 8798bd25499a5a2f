"""Fictional people and how each of them writes, depending on whom and on what kind of mail."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from core.domain import Address
from core.sample import pools
from core.sample.style import EMOJI, NEUTRAL, VALUES, Style

_INVENTED = 0.15  # mostly names that a reader would believe
AUDIENCES = ("colleague", "client", "new contact")
KINDS = ("request", "scheduling", "refusal", "thanks", "complaint", "information")
_BY_AUDIENCE = ("greeting", "sign_off", "name", "tone", "contractions", "pleasantry")
_BY_KIND = ("exclamation", "question", "length", "thanks", "emoji", "offer", "hedges")
_GREETINGS: Mapping[str, tuple[str, ...]] = {
    "colleague": (
        "Hi [first name],",
        "Hey [first name],",
        "[first name],",
        "Hi [first name]!",
        "none",
        "Morning [first name],",
        "Hiya [first name],",
    ),
    "client": (
        "Dear [first name],",
        "Good morning [first name],",
        "Hi [first name],",
        "Good day [first name],",
        "Dear [full name],",
    ),
    "new contact": (
        "Dear [full name],",
        "Good day,",
        "Greetings [full name],",
        "Hello [full name],",
        "Good morning,",
    ),
}
_SIGN_OFFS: Mapping[str, tuple[str, ...]] = {
    "colleague": ("Cheers,", "Best,", "none", "Thanks,", "Take care,", "Speak soon,"),
    "client": ("Kind regards,", "Best wishes,", "Warm regards,", "All the best,", "Many thanks,"),
    "new contact": ("Yours sincerely,", "Regards,", "Sincerely,", "With kind regards,", "Yours,"),
}
_FORMS = {"greeting": _GREETINGS, "sign_off": _SIGN_OFFS}


@dataclass(frozen=True)
class Persona:
    """A professional: who they are and the style for each audience and kind of mail."""

    address: Address
    firm: str
    phone: str
    styles: Mapping[tuple[str, str], Style]

    def style(self, audience: str, kind: str) -> Style:
        return self.styles[audience, kind if kind in KINDS else "information"]


@dataclass(frozen=True)
class Correspondent:
    """Someone who writes to the persona."""

    address: Address
    audience: str


def make_persona(rng: random.Random) -> Persona:
    """A person whose greeting, sign-off and four more traits depend on the audience, and three on the kind
    of mail; one more is their own everywhere. Which audience gets what is theirs too: custom would let
    an agent trained on somebody else look right."""
    name, firm = pools.person(rng, _INVENTED), pools.company(rng, _INVENTED)
    host = f"{firm.split()[0].lower()}.example"
    address = Address(name, pools.address(name, host, rng))
    everywhere = dict(NEUTRAL)
    usual = rng.choice(("lists", "paragraphs", "hedges", "offer", "emoji", "thanks"))
    everywhere[usual] = _other(usual, rng)
    by_kind = tuple(rng.sample(_BY_KIND, 3))
    by_audience = {trait: _split_audiences(trait, rng) for trait in _BY_AUDIENCE}
    kind_style = {trait: _split_kinds(trait, everywhere[trait], rng) for trait in by_kind}
    styles = {
        (audience, kind): everywhere
        | {trait: by_audience[trait][audience] for trait in by_audience}
        | {trait: kind_style[trait][kind] for trait in by_kind}
        for audience in AUDIENCES
        for kind in KINDS
    }
    phone = f"+{rng.randint(20, 99)} {rng.randint(100, 999)} 555 {rng.randint(100, 999)}"
    return Persona(address, firm, phone, styles)


def _split_audiences(trait: str, rng: random.Random) -> Mapping[str, str]:
    """A value for each audience: a form that befits it, or one of the trait's values, not all the same."""
    if forms := _FORMS.get(trait):
        return {audience: rng.choice(forms[audience]) for audience in AUDIENCES}
    values = VALUES[trait]
    drawn = rng.sample(values, 2)
    drawn.append(rng.choice(values))
    rng.shuffle(drawn)
    return dict(zip(AUDIENCES, drawn, strict=True))


def _split_kinds(trait: str, usual: str, rng: random.Random) -> Mapping[str, str]:
    """Another value of the trait for some kinds of mail, the usual one for the others."""
    special = set(rng.sample(KINDS, rng.randint(2, 4)))
    value = _other(trait, rng, usual)
    return {kind: value if kind in special else usual for kind in KINDS}


def _other(trait: str, rng: random.Random, than: str | None = None) -> str:
    usual = NEUTRAL[trait] if than is None else than
    if trait == "emoji":
        return rng.choice([one for one in (*EMOJI, "no") if one != usual])
    return rng.choice([one for one in VALUES[trait] if one != usual])


def make_correspondents(persona: Persona, rng: random.Random) -> tuple[Correspondent, ...]:
    """Four colleagues, six people of three clients, and strangers who write once each."""
    home = persona.address.domain
    hosts = [pools.domain(rng, _INVENTED) for _ in range(3)]
    people = [(home, "colleague")] * 4 + [(hosts[i % 3], "client") for i in range(6)]
    people += [(pools.domain(rng, _INVENTED), "new contact") for _ in range(40)]
    return tuple(Correspondent(_address(host, rng), audience) for host, audience in people)


def _address(host: str, rng: random.Random) -> Address:
    name = pools.person(rng, _INVENTED)
    return Address(name, pools.address(name, host, rng))
