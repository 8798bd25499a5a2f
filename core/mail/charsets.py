"""Bytes of mail to text, whatever the message claims they are. Never raises."""

import codecs
import re
from email.header import decode_header

# What mail calls a character set, and what its bytes are in practice (the WHATWG's supersets).
_ALIASES = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "windows-874": "cp874",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
# Codecs of Python that are no character sets: a message must not be able to name them.
_NOT_TEXT = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}


# What chardet may be believed in, where nothing or nonsense is claimed: what mail has really been written in.
_NON_LATIN = frozenset(
    (
        "cp1251 koi8-r koi8-u iso8859-5 cp1253 iso8859-7 cp1255 iso8859-8 cp1256 iso8859-6 cp874 tis-620 "
        "gb18030 big5 big5hkscs cp932 shift_jis euc_jp cp949 euc_kr utf-16 utf-16-le utf-16-be"
    ).split()
)
_LATIN = frozenset(("cp1250", "iso8859-2", "cp1254", "iso8859-9", "cp1257"))
_BEYOND, _LETTERS = bytes(range(128, 256)), b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAMPLE = 20_000  # bytes are enough to tell by
_FEW = 8  # letters beyond ASCII; fewer tell no Latin alphabet from another


_STRANGE = 0.4  # share of letters beyond ASCII; no language in Latin letters has as many
_ASCII = ("us-ascii", "ascii", "ansi_x3.4-1968")  # a false claim where other bytes stand
_SEVEN_BIT = frozenset(("utf-7", "iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz"))
_WIDE = frozenset(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037", "cp500"))
_ONE_BYTE = frozenset(
    (
        "utf-8 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8-r koi8-u mac-roman "
        + " ".join(f"iso8859-{part}" for part in range(1, 17))
    ).split()
)


def to_text(data: bytes, charset: str | None) -> str:
    """The bytes as text: UTF-8 where they are valid UTF-8 beyond ASCII, else what they claim, else what they
    look like, else cp1252."""
    name = None if str(charset).strip("\"' ").lower() in _ASCII and not data.isascii() else _codec(charset)
    if name in (None, "cp1252") and b"\x1b$" in data:
        name = "iso2022_jp"
    if data.isascii() and name not in _SEVEN_BIT:
        return data.decode("ascii") if name not in _WIDE else _decoded(data, name)
    if name is None or name in _ONE_BYTE:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    if name is None or (name == "cp1252" and _share_beyond_ascii(data) >= _STRANGE):
        name = _looks_like(data) or name
    return _decoded(data, name)


def _decoded(data: bytes, name: str | None) -> str:
    for candidate in (name, "utf-8", "cp1252"):
        if candidate is not None:
            try:
                return _without_surrogates(data.decode(candidate))
            except (UnicodeError, ValueError):
                continue
    if name is not None and name != "cp1252" and len(data) - len(data.translate(None, _BEYOND)) > 3:
        return _without_surrogates(data.decode(name, "replace"))
    return data.decode("cp1252", "replace")


def _looks_like(data: bytes) -> str | None:
    """The codec that chardet finds, where it names one of the alphabet that the bytes' make-up speaks for."""
    from chardet import detect  # late: its tables take a third of a second, and little mail needs them

    sample = data[:_SAMPLE]
    beyond = len(sample) - len(sample.translate(None, _BEYOND))
    strange = _share_beyond_ascii(sample) >= _STRANGE
    if not strange and beyond < _FEW:
        return None
    found = _codec(detect(sample)["encoding"])
    return found if found in (_NON_LATIN if strange else _LATIN) else None


def _share_beyond_ascii(data: bytes) -> float:
    sample = data[:_SAMPLE]
    letters = len(sample) - len(sample.translate(None, _BEYOND + _LETTERS))
    return (len(sample) - len(sample.translate(None, _BEYOND))) / letters if letters else 0.0


def header_text(raw: str) -> str:
    """A header's value as text: unfolded, encoded words decoded (RFC 2047), raw 8-bit bytes guessed."""
    if "=?" not in raw and len(raw) < 65536 and raw.isascii() and raw.isprintable():
        return raw.strip()
    value = raw.encode("utf-8", "surrogateescape")
    text = re.sub(r"\r?\n[ \t]*|\r", " ", to_text(value, None))[:65536]
    if "=?" in text:
        text = _encoded_words(text)
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).strip()


def _encoded_words(text: str) -> str:
    try:
        pieces = decode_header(text)
    except (ValueError, UnicodeError, IndexError):
        return text
    except Exception as error:  # binascii and email.errors differ by version; a header never stops a mail
        if isinstance(error, (MemoryError, RecursionError)):
            raise
        return text
    return "".join(
        piece if isinstance(piece, str) else to_text(piece, charset) if charset else _raw_piece(piece)
        for piece, charset in pieces
    )


def _raw_piece(piece: bytes) -> str:
    # decode_header gives the plain stretches between encoded words in raw-unicode-escape.
    return piece.decode("raw-unicode-escape", "replace")


def _codec(charset: str | None) -> str | None:
    if not charset:
        return None
    name = charset.strip(" \t\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return info.name if info._is_text_encoding and info.name not in _NOT_TEXT else None


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8") if re.search("[\ud800-\udfff]", text) else text
