"""Finds the text of a MIME message: which parts a reader would see, decoded and joined."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from core.mail.charsets import to_text
from core.mail.hypertext import hides_words, html_to_text
from core.mail.smime import signed_content

MOST_PARTS = 1000
_DEEPEST = 60  # parts within parts
LONGEST = 700_000  # characters of one part's text; nobody writes as much
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w\-]+)", re.IGNORECASE)
_SIGNED_HEAD = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n)*\n")
_SEALED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_UUENCODED = re.compile(r"^begin [0-7]{3,4} [^\n]+\n(?:[ -`]{1,62}\n)*?`?[ ]?\n?end$", re.MULTILINE)

Mime = Message


# What a calendar program answers or asks with (RFC 5546); a mail that only carries a date does not say so.
_SCHEDULING = frozenset(("reply", "request", "cancel", "counter", "declinecounter", "refresh", "add"))


@dataclass(frozen=True)
class Body:
    """`carries` tells that a whole mail is attached, `scheduled` that a calendar program wrote it, `sealed`
    that a part of it is encrypted."""

    text: str
    hidden: bool = False
    carries: bool = False
    scheduled: bool = False
    sealed: bool = False

    @classmethod
    def of(cls, text: str, parts: "list[Body]") -> "Body":
        """`text`, with what any of the parts tells."""
        return cls(
            text,
            any(part.hidden for part in parts),
            any(part.carries for part in parts),
            any(part.scheduled for part in parts),
            any(part.sealed for part in parts),
        )


def read_body(message: "Mime[str, str]") -> Body:
    """The text a reader would see, as plain text. Never raises on malformed MIME."""
    return _Walk().read(message)


def html_of(message: "Mime[str, str]") -> str:
    """The first HTML page a reader would see; '' where there is none."""
    return next(_pages(message, 0), "")


def _pages(part: "Mime[str, str]", depth: int) -> Iterator[str]:
    payload = part.get_payload() if part.is_multipart() else None
    if isinstance(payload, list):
        if depth < _DEEPEST and not _type(part).startswith("message/"):
            for one in payload[:MOST_PARTS]:
                if isinstance(one, Message):
                    yield from _pages(one, depth + 1)
    elif _type(part) == "text/html" and not _is_attachment(part):
        yield _decoded(part, "text/html")


class _Walk:
    """One pass over the parts, with a limit on how many are opened."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def read(self, part: "Mime[str, str]", depth: int = 0, told: bool = False) -> Body:
        """`told`: the same has been said in plain text, so that only what is hidden matters."""
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            return Body("")
        kind = _type(part)
        payload = part.get_payload() if part.is_multipart() else None  # a leaf's raises on a bad charset
        if kind == "multipart/encrypted":
            return Body("", sealed=True)
        if kind in _SEALED:
            signed = signed_content(_bytes(part))
            if signed is None:
                return Body("", sealed=_parameter(part, "smime-type") not in ("signed-data", "certs-only"))
            return self.read(message_from_bytes(signed, policy=compat32), depth + 1, told)
        if kind.startswith("message/"):
            return Body("", carries=kind in ("message/rfc822", "message/global"))
        if isinstance(payload, list):
            parts = [one for one in payload if isinstance(one, Message)]
            return self._multipart(kind, parts, depth, told)
        if kind.startswith("multipart/"):  # claims parts, has none: what stands there is text
            return _plain(part)
        if kind == "text/calendar":
            return Body("", scheduled=_parameter(part, "method") in _SCHEDULING)
        if _is_attachment(part) or not kind.startswith("text/"):
            return Body("")
        return _leaf(part, kind, told)

    def _multipart(self, kind: str, parts: "list[Mime[str, str]]", depth: int, told: bool) -> Body:
        if kind == "multipart/alternative":
            return self._alternative(parts, depth, told)
        if kind in ("multipart/related", "multipart/signed", "multipart/appledouble"):
            parts = parts[:1]
        bodies = [self.read(one, depth + 1, told) for one in parts]
        return Body.of("\n\n".join(body.text.strip("\n") for body in bodies if body.text.strip()), bodies)

    def _alternative(self, parts: "list[Mime[str, str]]", depth: int, told: bool) -> Body:
        """Plain text where it says anything, else the richest that does."""
        bodies: list[Body] = []
        chosen = ""
        for one in parts:
            body = self.read(one, depth + 1, told)
            bodies.append(body)
            if not told and body.text.strip():
                told, chosen = _type(one) == "text/plain", body.text
        return Body.of(chosen, bodies)


def _leaf(part: "Mime[str, str]", kind: str, told: bool) -> Body:
    if kind == "text/html":
        if told:
            return Body("", hides_words(_decoded(part, kind)))
        page = html_to_text(_decoded(part, kind))
        return Body(page.text, page.hidden)
    if told:
        return Body("")
    if kind in ("text/enriched", "text/richtext"):
        return Body(re.sub(r"<[^<>]{0,200}>", "", _decoded(part, kind)))
    if kind in ("text/csv", "text/x-vcard", "text/vcard", "text/rfc822-headers", "text/css"):
        return Body("")
    return _plain(part)


def _plain(part: "Mime[str, str]") -> Body:
    text = _decoded(part, "text/plain").replace("\r\n", "\n").replace("\r", "\n")
    if _parameter(part, "format") == "flowed":
        text = unflow(text, _parameter(part, "delsp") == "yes")
    sealed = "-----BEGIN PGP MESSAGE-----" in text
    if "-----BEGIN PGP" in text:
        text = _SIGNED_HEAD.sub("", text)
        for armour in ("MESSAGE", "SIGNATURE", "PUBLIC KEY BLOCK"):
            text = _without(text, f"-----BEGIN PGP {armour}-----\n", f"-----END PGP {armour}-----")
    text = _without(text, "=ybegin ", "\n=yend ")
    if "\nbegin " in text or text.startswith("begin "):
        text = _UUENCODED.sub("", text)
    return Body(text, sealed=sealed)


def _without(text: str, begin: str, end: str) -> str:
    """The text less what stands in lines from one that begins so to one that begins or ends so."""
    kept: list[str] = []
    done = 0
    while (start := text.find(begin, done)) >= 0:
        stop = text.find(end, start) if start == 0 or text[start - 1] == "\n" else -1
        if stop < 0:
            break
        kept.append(text[done:start])
        line_end = text.find("\n", stop + len(end))
        done = len(text) if line_end < 0 else line_end
    return "".join(kept) + text[done:] if done else text


def unflow(text: str, delete_space: bool) -> str:
    """Joins the soft-broken lines of format=flowed text (RFC 3676); a signature's '-- ' stays a line."""
    lines: list[str] = []
    open_depth = -1
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:]
        line = line.removeprefix(" ")
        if open_depth == depth and lines and line != "-- ":
            before = lines[-1][:-1] if delete_space else lines[-1]
            lines[-1] = before + line
        else:
            lines.append(f"{'>' * depth} {line}" if depth else line)
        open_depth = depth if line.endswith(" ") and line != "-- " else -1
    return "\n".join(line if line == "-- " else line.rstrip() for line in lines)


def _decoded(part: "Mime[str, str]", kind: str) -> str:
    data = _bytes(part)[: 4 * LONGEST]
    charset = _parameter(part, "charset")
    if not charset and kind == "text/html" and (match := _META_CHARSET.search(data[:4096])):
        charset = match.group(1).decode("ascii", "replace")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    return to_text(data, charset)[:LONGEST]


def _bytes(part: "Mime[str, str]") -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, AttributeError, LookupError, TypeError, AssertionError):
        # The charset's name is no name at all: what it says is not needed here.
        part.replace_header("content-type", "text/plain")
        data = part.get_payload(decode=True)
    if isinstance(data, bytes):
        return data
    return data.encode("utf-8", "surrogateescape") if isinstance(data, str) else b""


def _type(part: "Mime[str, str]") -> str:
    try:
        return part.get_content_type()
    except (ValueError, AttributeError, TypeError, LookupError):
        return "text/plain"


def _is_attachment(part: "Mime[str, str]") -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(
            part.get_filename() and _type(part) not in ("text/plain", "text/html")
        )
    except (ValueError, AttributeError, TypeError, LookupError, UnicodeError):
        return False


def _parameter(part: "Mime[str, str]", name: str) -> str:
    try:
        if name not in str(part.get("content-type", "")).lower():
            return ""  # what most parts have; parsing the header costs as much as the rest of them
        value = part.get_param(name)
        value = value[2] if isinstance(value, tuple) else value
    except (ValueError, AttributeError, TypeError, LookupError, UnicodeError):
        return ""
    return str(value or "").strip().strip("\"'").lower()[:60]
