"""What Longhand sees in a message, for `longhand text`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from core.domain import ParsedMail
from core.errors import InputError
from core.mail.importer import check_mail, read_mail
from core.mail.reading import Reader

BATCH = 50


def seen_in(paths: Iterable[Path], reader: Reader) -> Iterator[tuple[dict[str, str | bool], str]]:
    """One object a message: file, kind, text, signature, quoted, hidden; and a note (empty, or
    'encrypted'). A message that cannot be read has kind 'unreadable'. Raises InputError."""
    for path in paths:
        batch: list[bytes] = []
        for mail in read_mail(path):
            batch.append(mail.raw)
            if len(batch) == BATCH:
                yield from _told(path, batch, reader)
                batch = []
        yield from _told(path, batch, reader)


def parse_file(path: Path, reader: Reader) -> ParsedMail:
    """The one message of an .eml or .msg file. Raises InputError: none, several, or it cannot be read."""
    check_mail(path)
    raws = [mail.raw for _, mail in zip(range(2), read_mail(path), strict=False)]
    if len(raws) != 1 or not raws[0].strip():
        raise InputError("That file does not hold one message; give an .eml file or an Outlook .msg file.")
    parsed = reader.parse(raws)[0]
    if not isinstance(parsed, ParsedMail) or not (parsed.sender.email or parsed.text):
        raise InputError(
            "That file could not be read as a message; give an .eml file or an Outlook .msg file."
        )
    return parsed


def _told(path: Path, raws: list[bytes], reader: Reader) -> Iterator[tuple[dict[str, str | bool], str]]:
    for mail in reader.parse(raws) if raws else ():
        if isinstance(mail, ParsedMail):
            facts: dict[str, str | bool] = {
                "file": str(path),
                "kind": mail.kind.value,
                "text": mail.text,
                "signature": mail.signature,
                "quoted": mail.quoted,
                "hidden": mail.hidden,
            }
            yield facts, mail.note
        else:
            empty: dict[str, str | bool] = dict.fromkeys(("text", "signature", "quoted"), "")
            yield {"file": str(path), "kind": "unreadable", **empty, "hidden": False}, ""
