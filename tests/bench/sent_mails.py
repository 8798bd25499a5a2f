"""Sent mails by the thousand for the benchmarks of sync: prose of common English words as often as they
occur, with what mail programs put around it: quotes, signatures, HTML beside the text, encodings."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from quopri import encodestring

from wordfreq import top_n_list, word_frequency

_FIRST = datetime(2018, 1, 2, 8, 0, tzinfo=UTC)
_PEOPLE = 400
_WORDS = 12_000


def sent_mails(count: int, seed: int = 7) -> Iterator[bytes]:
    """`count` replies by me@home.example, all different, some 2.4 kB each."""
    prose = Prose(random.Random(f"sent mails {seed}"))
    for number in range(count):
        yield _mail(number, prose)


class Prose:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._words = top_n_list("en", _WORDS)
        total, self._heights = 0.0, []
        for word in self._words:
            total += word_frequency(word, "en")
            self._heights.append(total)

    def sentences(self, least: int, most: int) -> list[str]:
        return [self._sentence() for _ in range(self.rng.randint(least, most))]

    def name(self) -> str:
        return self._words[self.rng.randrange(2000, 6000)].capitalize()

    def _sentence(self) -> str:
        words = self.rng.choices(self._words, cum_weights=self._heights, k=self.rng.randint(5, 18))
        return f"{' '.join(words).capitalize()}{self.rng.choice('...?!')}"


def _mail(number: int, prose: Prose) -> bytes:
    rng = prose.rng
    date = _FIRST + timedelta(hours=number * 5, minutes=rng.randint(0, 59))
    person = f"person{rng.randrange(_PEOPLE)}@firm{number % 40}.example"
    paragraphs = [" ".join(prose.sentences(1, 5)) for _ in range(rng.randint(1, 4))]
    greeting, closing = rng.choice(("Hi", "Hello", "Dear")), rng.choice(("Best", "Thanks", "Kind regards"))
    own = [f"{greeting} {prose.name()},", *paragraphs, f"{closing},\nMe"]
    signature = "\n\n-- \nMe Myself\nHome & Sons\n+44 20 7946 0123" if rng.random() < 0.5 else ""
    quote = [" ".join(prose.sentences(2, 6)) for _ in range(rng.randint(1, 4))] if rng.random() < 0.75 else []
    wrote = f"On {format_datetime(date - timedelta(hours=3))}, Pat <{person}> wrote:"
    accent = " Café at the Straße, façade und Grüße." if rng.random() < 0.25 else ""
    text = "\n\n".join(own[:-1]) + accent + f"\n\n{own[-1]}{signature}\n"
    if quote:
        text += f"\n{wrote}\n" + "\n>\n".join(f"> {one}" for one in quote) + "\n"
    head = (
        f"From: Me Myself <me@home.example>\r\nTo: Pat <{person}>\r\n"
        f"Subject: {_subject(prose)}\r\nDate: {format_datetime(date)}\r\n"
        f"Message-ID: <sent-{number}@home.example>\r\nIn-Reply-To: <asked-{number}@firm.example>\r\n"
        f"References: <first-{number}@firm.example>\r\n <asked-{number}@firm.example>\r\n"
        "User-Agent: Mozilla Thunderbird\r\nContent-Language: en-GB\r\nMIME-Version: 1.0\r\n"
    )
    if rng.random() < 0.35:
        return _with_html(head, text, own, wrote, quote)
    return f"{head}{_part('plain', text)}".encode("ascii")


def _subject(prose: Prose) -> str:
    words = f"Re: {prose.sentences(1, 1)[0][:50]}"
    return words if words.isascii() else Header(words, "utf-8").encode(linesep="\r\n")


def _with_html(head: str, text: str, own: Sequence[str], wrote: str, quote: Sequence[str]) -> bytes:
    page = "".join(f"<p>{one.replace(chr(10), '<br>')}</p>" for one in own)
    if quote:
        asked = "".join(f"<p>{one}</p>" for one in quote)
        said = wrote.replace("<", "&lt;")
        page += f'<div class="moz-cite-prefix">{said}</div><blockquote type="cite">{asked}</blockquote>'
    page = (
        f'<html><head><style>p {{ margin: 0 }}</style></head><body bgcolor="#ffffff">{page}</body></html>\n'
    )
    return (
        f'{head}Content-Type: multipart/alternative; boundary="b0undary"\r\n\r\n'
        f"--b0undary\r\n{_part('plain', text)}\r\n--b0undary\r\n{_part('html', page)}\r\n--b0undary--\r\n"
    ).encode("ascii")


def _part(kind: str, text: str) -> str:
    body = encodestring(text.encode()).decode("ascii").replace("\n", "\r\n")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    return f"{head}\r\n\r\n{body}"
