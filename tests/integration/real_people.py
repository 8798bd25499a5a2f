"""Mail of real people, from a folder beside the checkout: one JSON object a line, some with headers, some
with a subject and a body only. Nothing of it is kept in this repository but what was counted in it."""

import hashlib
import json
import string
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core import messages
from core.domain import Address, Exchange, ExchangeId, Incoming, MailKind, ParsedMail, ScopeKind
from core.mail.parse import parse_message
from core.preference.measured import measure, measured_rules
from core.traits import Names, detect_all

_HEADERS = {
    "from": "From",
    "to": "To",
    "date": "Date",
    "message_id": "Message-ID",
    "in_reply_to": "In-Reply-To",
}
_START = datetime(2024, 1, 1, tzinfo=UTC)  # for mail that bears no date: one a day


@dataclass(frozen=True)
class Sent:
    """`number`: the line of the file, from 0."""

    number: int
    mail: ParsedMail


def digest(path: Path) -> str:
    """What a file is called in this repository, where its name would be a person's."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def sent_mail(path: Path) -> Iterator[Sent]:
    """All mails of a person, read by the parser as an import would."""
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        row = json.loads(line)
        head = [f"{name}: {' '.join(row[key].split())}" for key, name in _HEADERS.items() if row.get(key)]
        subject = " ".join((row["subject"] or "").split())
        head += [f"Subject: {subject}", "Content-Type: text/plain; charset=utf-8"]
        body = (row.get("body") or row.get("email") or "").replace("\r\n", "\n")
        yield Sent(number, parse_message("\n".join([*head, "", body]).encode()))


def incoming(path: Path, mail: ParsedMail) -> Incoming:
    """Whom a mail answers, as pairing would give it; its text is not known. Some headers have no name of
    the person: then the file's name is it."""
    to = mail.to[0] if mail.to else Address("", "")
    name = mail.sender.name or path.stem.replace("_", " ").title()
    return Incoming(to, Address(name, "me@example.org"), mail.subject, "")


def exchanges(path: Path) -> list[Exchange]:
    """What style is measured on: the person's own words, replies and first mails."""
    return [
        Exchange(
            ExchangeId(one.number + 1),
            incoming(path, one.mail),
            one.mail.text,
            one.mail.date or _START + timedelta(days=one.number),
            str(one.number),
        )
        for one in sent_mail(path)
        if one.mail.kind in (MailKind.REPLY, MailKind.FIRST) and len(one.mail.text.split()) > 2
    ]


def rule_books(paths: Iterable[Path]) -> Iterator[str]:
    """The rule book of each person in Markdown, with no name and no address: docs/rulebooks.md."""
    for letter, path in zip(string.ascii_uppercase, paths, strict=False):
        mails = exchanges(path)
        rules = measured_rules(measure(mails))
        yield f"## Person {letter}: {len(mails)} mails\n"
        yield "| trait | rule | for | mails | against | when |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for rule in rules:
            narrow = {ScopeKind.AUDIENCE: "one domain", ScopeKind.PERSON: "one person"}
            to = narrow.get(rule.scope.kind, "everyone")
            when = "; ".join(messages.rules.held(rule)) or "throughout"
            counts = f"{rule.support_for} | {rule.support_against}"
            yield f"| {rule.trait} | {rule.sentence} | {to} | {counts} | {when} |"
        yield f"\nGreets with {_forms(mails, 'greeting')}; closes with {_forms(mails, 'sign_off')}.\n"


def _forms(mails: Sequence[Exchange], trait: str) -> str:
    """The forms of a greeting or closing that show in a twentieth of the mails, the commonest first."""
    counts = Counter(detect_all(one.sent, Names.of(one.incoming))[trait] for one in mails)
    often = [(form, count) for form, count in counts.most_common() if count >= len(mails) / 20]
    return ", ".join(f"{form} ({count / len(mails):.0%})".replace("none", "nothing") for form, count in often)


if __name__ == "__main__":
    sys.stdout.write("\n".join(rule_books(sorted(Path(sys.argv[1]).glob("*.jsonl")))))
