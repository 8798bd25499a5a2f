"""Addresses, telephone numbers, IBANs, cards and links as people write them, from a seed: for what has to
be found again, or must never be. Made without the libraries that look for them."""

import random
from collections.abc import Callable, Mapping

_FIRST = "nadia tomas ilse ravi greta oskar lena paulo mina edgar joyce kofi".split()
_LAST = "brandt okafor lindqvist moreau patel quill rossi sandoval thorne urban vesely".split()
_HOSTS = "north-trade.example mail.example.org bücher.example firm.co.uk x.io kanzlei-berg.de".split()
# '#' is any digit, 'N' one from 2 to 9.
_PHONES = (
    "+49 30 N#####", "+49 (0)171 N######", "0171/N######", "030 - N## ## ##", "+44 20 N### ####",
    "020 N### ####", "+44 (0)1632 960###", "07700 900###", "(N1#) N##-####", "N1#-N##-####", "N1#.N##.####",
    "+1 N1# N## ####", "+1-N1#-N##-####", "1 (N1#) N##-####", "N##-####", "+33 1 N# ## ## ##",
    "01 N# ## ## ##", "06.N#.##.##.##", "+41 44 N## ## ##", "+43 1 N######", "+31 6 N#######",
    "+39 06 N### ####", "+34 91 N## ## ##", "+46 8 N## ### ##", "+48 22 N## ## ##", "+91 98N## #####",
    "+81 3-N###-####", "+86 10 N### ####", "tel:+4930N######", "+353 1 N## ####",
)  # fmt: skip
_IBANS = {
    "DE": "##################", "AT": "################", "CH": "#################",
    "FR": "#######################", "ES": "####################", "IT": "A######################",
    "NL": "AAAA##########", "BE": "############", "PL": "########################",
    "GB": "AAAA##############", "NO": "###########", "SE": "####################",
    "PT": "#####################", "IE": "AAAA##############", "DK": "##############",
    "LU": "################",
}  # fmt: skip
_CARDS = {"4": 16, "51": 16, "2221": 16, "34": 15, "37": 15, "6011": 16, "36": 14, "3528": 16}


def address(rng: random.Random) -> str:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    local = rng.choice(
        (f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}{rng.randrange(99)}", f"{last}+{first}")
    )
    made = f"{local}@{rng.choice(_HOSTS)}"
    return rng.choice((made, made, made.title(), f"<{made}>", f"mailto:{made}"))


def phone(rng: random.Random) -> str:
    return _digits(rng.choice(_PHONES), rng)


def iban(rng: random.Random) -> str:
    """With right check digits (ISO 13616), in one of the ways of writing it."""
    country, shape = rng.choice(sorted(_IBANS.items()))
    body = "".join(rng.choice("ABCDEFGHKLMNPRSTUVWX") if one == "A" else _digits(one, rng) for one in shape)
    number = int("".join(str(int(one, 36)) for one in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02d}{body}"
    grouped = [whole[at : at + 4] for at in range(0, len(whole), 4)]
    return rng.choice(
        (
            whole,
            " ".join(grouped),
            " ".join(grouped),
            "\u00a0".join(grouped),
            "-".join(grouped),
            whole.lower(),
        )
    )


def card(rng: random.Random) -> str:
    """With the right last digit (ISO/IEC 7812)."""
    start, length = rng.choice(sorted(_CARDS.items()))
    body = start + "".join(str(rng.randrange(10)) for _ in range(length - len(start) - 1))
    doubled = (int(one) * (2 if place % 2 == 0 else 1) for place, one in enumerate(reversed(body)))
    whole = body + str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)
    grouped = [whole[at : at + 4] for at in range(0, length, 4)]
    return rng.choice((whole, " ".join(grouped), "-".join(grouped)))


def link(rng: random.Random) -> str:
    host = rng.choice(("pay.example/invoice", "files.firm.co.uk", "x.io/a", "bit.ly/3x"))
    return f"{rng.choice(('https://', 'http://', 'www.', ''))}{host}?id={rng.randrange(10**6)}"


PLANTED: Mapping[str, Callable[[random.Random], str]] = {
    "address": address,
    "phone": phone,
    "iban": iban,
    "card": card,
    "link": link,
}


def _digits(shape: str, rng: random.Random) -> str:
    return "".join(
        str(rng.randrange(10)) if one == "#" else str(rng.randrange(2, 10)) if one == "N" else one
        for one in shape
    )
