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


def to_text(data: bytes, charset: str | None) -> str:
    """The bytes as text: UTF-8 where they are valid UTF-8 beyond ASCII, else what they claim, else cp1252."""
    name = _codec(charset)
    if name in (None, "cp1252", "utf-8", "cp1254"):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for candidate in (name, "utf-8", "cp1252"):
        if candidate is not None:
            try:
                return _without_surrogates(data.decode(candidate))
            except (UnicodeError, ValueError):
                continue
    if name is not None and name != "cp1252" and sum(byte > 127 for byte in data) > 3:
        return _without_surrogates(data.decode(name, "replace"))
    return data.decode("cp1252", "replace")


def header_text(raw: str) -> str:
    """A header's value as text: unfolded, encoded words decoded (RFC 2047), raw 8-bit bytes guessed."""
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
