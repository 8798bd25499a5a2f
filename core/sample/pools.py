"""Names, places, dates, amounts and numbers from open-ended pools. `invented` is the share put together
from syllables: high in training, so that a model learns to copy and cannot learn names by heart; low
in a sample mailbox, which is for people to read."""

import random

INVENTED = 0.6
FIRST = (
    "Ann Ben Clara David Elena Farid Grace Hugo Ines Jonas Karin Leo Maya Nora Omar Paula Quentin Rosa Samir "
    "Tess Uwe Vera Walter Xenia Yusuf Zoe Amara Boris Chiara Dmitri Esther Felix Gita Henry Irene Jamal Kira"
).split()
LAST = (
    "Keller Ford Marsh Okafor Lindqvist Moreau Santos Weber Tanaka Novak Hale Brandt Rossi Iqbal Fischer "
    "Doyle Petrov Larsen Haddad Quinn Sato Voss Whitaker Young Zeller Abbott Carver Dunmore Ellery Frost "
    "Garland"
).split()
_ONSETS = ("b br c ch d dr f fl g gr h j k kl l m n p pr qu r s sh st t tr v w y z th").split()
_VOWELS = ("a e i o u ai ea ei ie oa oo ou").split()
_CODAS = ("n r l s m t k nd rt ll ck x th ss rn lm").split() + [""] * 6
_TOWN_ENDS = ("ton ford bury field ham mouth stead wick dale by burg hurst port").split()
MONTHS = ("January February March April May June July August September October November December").split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TOPIC_NOUNS = (
    "lease merger report audit claim survey estate contract tender review plan appeal project invoice "
    "filing deed budget schedule permit study"
).split()
_TOWNS = (
    "Ashford Millbrook Kingsbury Oakham Riverton Westfield Harborough Linden Thornbury Castleton Bexley "
    "Marlow Hatfield Stanwick Fairview Redcliffe Norwood Eastleigh Wexford Kirkby Alton Brampton "
    "Corby Dunstead"
).split()
_COMPANY_ENDS = ("Ltd", "& Sons", "Group", "Partners", "GmbH", "Associates", "LLP", "Holdings")


def syllables(rng: random.Random, least: int = 2, most: int = 3) -> str:
    """A made-up word, capitalised."""
    word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(rng.randint(least, most) - 1))
    return (word + rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)).capitalize()


def first_name(rng: random.Random, invented: float = INVENTED) -> str:
    return syllables(rng, 1, 3) if rng.random() < invented else rng.choice(FIRST)


def last_name(rng: random.Random, invented: float = INVENTED) -> str:
    return syllables(rng, 2, 3) if rng.random() < invented else rng.choice(LAST)


def person(rng: random.Random, invented: float = INVENTED) -> str:
    last = last_name(rng, invented)
    return f"{first_name(rng, invented)} {last}"


def company(rng: random.Random, invented: float = INVENTED) -> str:
    return f"{last_name(rng, invented)} {rng.choice(_COMPANY_ENDS)}"


def place(rng: random.Random, invented: float = INVENTED) -> str:
    if rng.random() < 0.2:
        return f"room {rng.randint(1, 40)}"
    if rng.random() >= invented:
        return rng.choice(_TOWNS)
    name = syllables(rng, 1, 2)
    return name + rng.choice(_TOWN_ENDS) if rng.random() < 0.6 else name


def date(rng: random.Random) -> str:
    day, month = rng.randint(1, 28), rng.choice(MONTHS)
    forms = (
        f"{day} {month}",
        f"{month} {day}",
        f"{day} {month} {rng.randint(2024, 2031)}",
        rng.choice(DAYS),
        f"{rng.choice(DAYS)} {day} {month}",
        f"{day}/{MONTHS.index(month) + 1:02d}",
        f"{day} {month[:3]}",
    )
    return rng.choice(forms)


def time(rng: random.Random) -> str:
    hour, minute = rng.randint(7, 20), rng.choice((0, 0, 15, 30, 45, rng.randint(1, 59)))
    forms = (
        f"{hour}:{minute:02d}",
        f"{hour}.{minute:02d}",
        f"{(hour - 1) % 12 + 1} {'am' if hour < 12 else 'pm'}",
    )
    return rng.choice(forms)


def amount(rng: random.Random) -> str:
    value = rng.choice((rng.randint(20, 999), rng.randint(1, 99) * 100, rng.randint(1000, 99999)))
    text = f"{value:,}" if rng.random() < 0.5 else str(value)
    if rng.random() < 0.2:
        text = f"{value % 1000}.{rng.randint(10, 99)}"
    return rng.choice((f"{text} euros", f"${text}", f"€{text}", f"£{text}", f"{text} EUR", f"{text} dollars"))


def number(rng: random.Random) -> str:
    digits = str(rng.randint(100, 999999))
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTUVWX") for _ in range(rng.randint(1, 3)))
    return rng.choice(
        (digits, f"{letters}-{digits}", f"{digits}/{rng.randint(20, 31)}", f"{letters}{digits}")
    )


def topic(rng: random.Random, invented: float = INVENTED) -> str:
    return f"{last_name(rng, invented)} {rng.choice(_TOPIC_NOUNS)}"


def domain(rng: random.Random, invented: float = INVENTED) -> str:
    ending = rng.choice(("example", "example.com", "example.org", "example.net"))
    return f"{last_name(rng, invented).lower()}.{ending}"


def address(name: str, host: str, rng: random.Random) -> str:
    first, _, last = name.lower().partition(" ")
    return rng.choice((f"{first}.{last}", f"{first[0]}{last}", first, f"{first}_{last}")) + "@" + host
