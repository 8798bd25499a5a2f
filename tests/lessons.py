"""Small worlds for tests of learning: mail to one fictional person, and the rules of their replies."""

from datetime import UTC, datetime, timedelta

from core.domain import Address, Context, Example, Exchange, ExchangeId, Incoming, RuleLine

USER = Address("Maria Lopez", "maria@lopez.example")
_PEOPLE = ("Ann Smith", "Bo Chen", "Carl Weiss", "Dora Klein", "Emil Novak", "Fay Jones")
_SUBJECTS = ("invoice", "meeting on Monday", "the contract", "your flight", "site visit", "budget 2031")
_ASKS = ("Could you confirm", "Please send me", "I am waiting for", "When can we talk about", "What about")


def incoming(number: int) -> Incoming:
    name = _PEOPLE[number % len(_PEOPLE)]
    subject = _SUBJECTS[number // 2 % len(_SUBJECTS)]
    home = "client.example" if number % 2 else "friends.example"
    sender = Address(name, f"{name.split(maxsplit=1)[0].lower()}@{home}")
    return Incoming(sender, USER, subject, f"{_ASKS[number % len(_ASKS)]} {subject}, number {number}?")


def rules(number: int) -> tuple[RuleLine, ...]:
    """Formal to clients, casual to friends: what is to be learned."""
    if number % 2:
        return (
            RuleLine("greeting", 'Open with "Dear [full name],".'),
            RuleLine("sign_off", 'Sign off with "Kind regards,".'),
        )
    return RuleLine("greeting", 'Open with "Hi [first name],".'), RuleLine(
        "contractions", "Use contractions."
    )


def sent(number: int) -> str:
    person = incoming(number).sender.name
    if number % 2:
        return f"Dear {person},\n\nI will look into point {number}.\n\nKind regards,\nMaria Lopez"
    return f"Hi {person.split(maxsplit=1)[0]},\n\nI'll look into point {number}.\n\nMaria"


def example(number: int) -> Example:
    context = Context(incoming(number), "" if number % 3 else f"will look into point {number}")
    return Example(ExchangeId(number), context, "Hello.", "", rules(number), "full", "1")


def exchange(number: int, thread: str = "") -> Exchange:
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return Exchange(ExchangeId(number), incoming(number), sent(number), date, thread or f"t{number}")
