"""Measured traits against a count by hand: thirty mails each of two real people, read one by one. The count
is kept without their words: the file's digest, the mail's line in it, and what each trait is."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from core.preference.measured import measure, measured_rules
from core.traits import Names, detect_all, same
from tests.integration.real_people import digest, exchanges, incoming, sent_mail

COUNTS = Path(__file__).parent / "data" / "hand_counts.csv"


@pytest.fixture(scope="module")
def people(shared: Path) -> list[Path]:
    found = sorted((shared / "people").glob("*.jsonl"))
    if not found:
        pytest.skip("needs mail of real people (../shared/people) beside the checkout")
    return found


@pytest.fixture(scope="module")
def counts() -> dict[str, list[dict[str, str]]]:
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    with COUNTS.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            by_file[row.pop("file")].append(row)
    return by_file


def test_traits_agree_with_a_count_by_hand(
    people: list[Path], counts: dict[str, list[dict[str, str]]]
) -> None:
    counted = [path for path in people if digest(path) in counts]
    if not counted:
        pytest.skip("needs the very files that were counted by hand")
    for path in counted:
        mails = {one.number: one.mail for one in sent_mail(path)}
        agreed: dict[str, list[bool]] = defaultdict(list)
        apart = []
        for row in counts[digest(path)]:
            mail = mails[int(row["mail"])]
            found = detect_all(mail.text, Names.of(incoming(path, mail)))
            for trait in row.keys() - {"mail"}:
                # Where nothing could be contracted, nothing was.
                agrees = same(trait, found[trait] or "no", row[trait])
                agreed[trait].append(agrees)
                apart += [] if agrees else [(row["mail"], trait, row[trait])]
        assert all(len(one) == 30 for one in agreed.values())
        assert min(sum(one) / len(one) for one in agreed.values()) >= 0.9, apart


def test_every_person_has_a_rule_book(people: list[Path]) -> None:
    for path in people:
        rules = measured_rules(measure(exchanges(path)))
        assert len(rules) >= 5
        assert {"greeting", "sign_off", "name"} & {rule.trait for rule in rules}
