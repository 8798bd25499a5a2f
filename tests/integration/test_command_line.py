"""The command line as a user meets it: exit status, one line for what goes wrong, JSON for machines.
Everything is real: the profile, the reader child, the embedded models."""

import io
import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from core import cli
from core.domain import Adapter, AdapterId
from core.privacy.keychain import open_keychain
from core.store.adapters import AdapterRepository
from core.store.exchanges import ExchangeRepository
from core.store.messages import MessageRepository
from core.store.opening import open_database
from core.store.paths import Profile


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "a passphrase of the tests")


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """A folder with ten mails of Ann's and Tom's answers."""
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(10):
        asked = datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=number)
        question = mail(
            "Ann Kovac <ann@north.example>", "Tom Hale <tom@hale.example>", f"Crates {number}", asked
        )
        question["Message-ID"] = f"<q{number}@north.example>"
        question.set_content(
            f"Hello Tom,\n\ncould you send {number + 2} crates to Bergen?\n\nRegards,\nAnn Kovac\n"
        )
        answer = mail(
            "Tom Hale <tom@hale.example>",
            "Ann Kovac <ann@north.example>",
            f"Re: Crates {number}",
            asked + timedelta(hours=1),
        )
        answer["Message-ID"], answer["In-Reply-To"] = (
            f"<a{number}@hale.example>",
            f"<q{number}@north.example>",
        )
        answer.set_content(f"Hey Ann,\n\nsure, {number + 2} crates are on their way!\n\nCheers,\nTom\n")
        (folder / f"q{number}.eml").write_bytes(question.as_bytes())
        if number:  # the first one waits
            (folder / f"a{number}.eml").write_bytes(answer.as_bytes())
    return folder


def mail(sender: str, to: str, subject: str, date: datetime) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Date"] = sender, to, subject, format_datetime(date)
    return made


def longhand(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """(exit status, stdout, stderr) of one command."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def imported(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    status, out, _ = longhand(capsys, "import", str(mails), "--own", "tom@hale.example", "--json")
    assert (status, json.loads(out)) == (0, {"sent": 9, "received": 10, "unreadable": 0})


def test_import_counts_the_measured_style_at_once(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    imported(capsys, mails)
    status, out, _ = longhand(capsys, "rules", "list", "--json")
    measured = {rule["trait"]: rule for rule in json.loads(out) if rule["scope"]["kind"] == "everyone"}
    assert status == 0
    assert measured["greeting"]["value"] == "Hey {first},"
    assert measured["sign_off"]["value"] == "Cheers,"
    assert measured["greeting"]["support_for"] == 9
    assert measured["greeting"]["origin"] == "measured"


def test_everything_counted_is_shown_habit_or_not(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    imported(capsys, mails)
    status, out, _ = longhand(capsys, "rules", "measured", "--json")
    found = json.loads(out)
    greeting = next(one for one in found if one["trait"] == "greeting")
    assert (status, greeting["value"], greeting["count"], greeting["of"]) == (0, "Hey {first},", 9, 9)
    assert len({one["trait"] for one in found}) >= 20
    assert len(greeting["examples"]) == 3
    assert "Greeting: Hey {first}, in 9 of 9 mails (100%), since " in longhand(capsys, "rules", "measured")[1]
    assert json.loads(longhand(capsys, "rules", "measured", "--for", "no@where.example", "--json")[1]) == []
    assert longhand(capsys, "rules", "measured", "--for", "a.example", "--kind", "thanks")[0] == 2


def test_a_rule_is_pinned_switched_off_and_shown(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    imported(capsys, mails)
    status, out, _ = longhand(
        capsys, "rules", "add", "Never write the word crate.", "--for", "north.example", "--json"
    )
    made = json.loads(out)
    assert (status, made["scope"], made["origin"]) == (
        0,
        {"kind": "audience", "value": "north.example"},
        "written",
    )
    number = str(made["id"])
    assert json.loads(longhand(capsys, "rules", "pin", number, "--json")[1])["state"] == "pinned"
    assert json.loads(longhand(capsys, "rules", "off", number, "--json")[1])["state"] == "off"
    assert json.loads(longhand(capsys, "rules", "on", number, "--json")[1])["state"] == "active"
    told = longhand(capsys, "rules", "show", number)[1].splitlines()[2:6]
    assert [line[12:] for line in told] == ["written by hand", "pinned", "switched off", "switched on"]
    [first, *_] = json.loads(longhand(capsys, "rules", "show", number, "--json")[1])["history"]
    assert (first["before"], first["after"]["rule"]) == (None, "Never write the word crate.")
    assert longhand(capsys, "rules", "show", "9999")[0] == 1
    greeting = next(
        rule
        for rule in json.loads(longhand(capsys, "rules", "list", "--json")[1])
        if rule["trait"] == "greeting"
    )
    shown = json.loads(longhand(capsys, "rules", "show", str(greeting["id"]), "--json")[1])
    assert len(shown["mails"]) == 9


def test_a_draft_names_its_rules_and_what_to_check(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    imported(capsys, mails)
    waiting = json.loads(longhand(capsys, "draft", "--list", "--json")[1])
    assert [one["message_id"] for one in waiting] == ["<q0@north.example>"]
    status, out, err = longhand(
        capsys, "draft", "--file", str(mails / "q0.eml"), "--notes", "yes, on Friday", "--json"
    )
    draft = json.loads(out)
    assert status == 0
    assert "Nothing is learned yet" in err
    assert draft["model"] == "mini-large"
    assert {"greeting", "sign_off"} <= {rule["trait"] for rule in draft["rules"]}
    assert {rule["kept"] for rule in draft["rules"]} <= {"kept", "not kept", "cannot tell"}
    by_number = longhand(
        capsys, "draft", "--message", str(waiting[0]["id"]), "--notes", "yes, on Friday", "--json"
    )
    assert json.loads(by_number[1])["text"] == draft["text"]
    models = {one["name"]: one for one in json.loads(longhand(capsys, "models", "list", "--json")[1])}
    assert models["mini-large"]["measured"], draft["text"]
    assert models["mini-large"]["words_per_second"] > 1
    assert not models["qwen3-8b"]["measured"]


def test_the_preview_is_the_mail_with_notes_and_rules(
    capsys: pytest.CaptureFixture[str], mails: Path
) -> None:
    imported(capsys, mails)
    status, out, _ = longhand(
        capsys, "privacy", "preview", "--file", str(mails / "q0.eml"), "--notes", "on Friday"
    )
    assert status == 0
    for part in ("could you send 2 crates to [NAME_", "- On Friday", "greeting: ", "Hey"):
        assert part in out
    assert "Bergen" not in out


def test_forgetting_leaves_nothing(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    imported(capsys, mails)
    status, out, _ = longhand(capsys, "privacy", "forget", "north.example", "--yes", "--json")
    assert (status, json.loads(out)) == (0, {"forgotten": 19})
    assert json.loads(longhand(capsys, "rules", "list", "--json")[1]) == []
    assert json.loads(longhand(capsys, "draft", "--list", "--json")[1]) == []


def test_a_matter_is_forgotten_by_its_threads(
    capsys: pytest.CaptureFixture[str], mails: Path, profile_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(capsys, mails)
    longhand(capsys, "rules", "add", "Say that the 5 crates are fragile.")
    drafts = profile_home / "evaluations" / "0123" / "longhand.db"
    drafts.parent.mkdir(parents=True)
    drafts.write_bytes(b"drafts of an evaluation on other texts")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    status, _, err = longhand(capsys, "privacy", "forget", "--matter", "send 5  Crates")
    assert (status, "Forget 2 mails in threads" in err) == (1, True)
    assert drafts.exists()
    status, out, _ = longhand(capsys, "privacy", "forget", "--matter", "5 crates", "--yes")
    assert (status, out.startswith("2 mails are forgotten")) == (0, True)
    assert not drafts.parent.parent.exists()
    key = open_keychain(profile_home, os.environ["LONGHAND_PASSPHRASE"])
    with closing(open_database(Profile(profile_home), key)) as database:
        left = [one.mail.subject for one in MessageRepository(database).all()]
    assert len(left) == 17
    assert not [subject for subject in left if subject.endswith("Crates 3")]
    rules = json.loads(longhand(capsys, "rules", "list", "--json")[1])
    assert rules
    assert not [rule for rule in rules if "fragile" in rule["rule"]]
    assert longhand(capsys, "privacy", "forget", "--matter", "5 crates", "--yes")[1].startswith(
        "There was no"
    )


def test_forgetting_a_person_takes_the_drafts_of_evaluations_along(
    capsys: pytest.CaptureFixture[str], mails: Path, profile_home: Path
) -> None:
    imported(capsys, mails)
    drafts = profile_home / "evaluations" / "0123"
    drafts.mkdir(parents=True)
    assert longhand(capsys, "privacy", "forget", "nobody.example", "--yes")[0] == 0
    assert not drafts.exists()


def test_text_gives_one_object_a_line(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    files = [str(mails / "q0.eml"), str(mails / "a1.eml")]
    status, out, _ = longhand(capsys, "text", "--json", *files)
    seen = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [one["file"] for one in seen] == files
    assert set(seen[0]) == {"file", "kind", "text", "signature", "quoted", "hidden"}
    assert seen[1]["text"].startswith("Hey Ann,")


def evaluated(capsys: pytest.CaptureFixture[str], home: Path, *options: str) -> dict[str, Any]:
    """Of a mailbox that is split as learning would split it, with nothing learned."""
    profile = Profile(home)
    with closing(open_database(profile, open_keychain(home, os.environ["LONGHAND_PASSPHRASE"]))) as database:
        exchanges = ExchangeRepository(database)
        ids = [one.id for one in exchanges.all()]
        exchanges.set_splits([(one, "learning" if one in ids[:6] else "gate") for one in ids])
    status, out, _ = longhand(capsys, "evaluate", "--json", *options)
    assert status == 0
    return dict(json.loads(out))


def test_an_evaluation_is_kept_and_its_report_holds_no_mail(
    capsys: pytest.CaptureFixture[str], mails: Path, profile_home: Path, tmp_path: Path
) -> None:
    imported(capsys, mails)
    report = tmp_path / "report.html"
    made = evaluated(capsys, profile_home, "--report", str(report))
    assert (made["count"], made["recipe"]["large"]) == (3, "mini-large")
    for arm in ("zero_shot", "few_shot", "guided"):
        assert made[arm]["new_tokens"] > 0
        assert made[arm]["seconds"] > 0
        assert 0 <= made[arm]["edit_distance"] <= 1
    assert evaluated(capsys, profile_home) == made  # the same seconds: nothing was written again
    page = report.read_text()
    for word in ("crate", "Bergen", "Ann", "Tom", "Kovac", "north.example"):
        assert word not in page
    status, _, err = longhand(capsys, "evaluate", "--report", str(tmp_path / "no" / "report.html"))
    assert (status, err.splitlines()[-1].startswith("longhand: The report cannot be written")) == (1, True)


def test_other_texts_are_evaluated_apart_from_the_mail(
    capsys: pytest.CaptureFixture[str], profile_home: Path, tmp_path: Path
) -> None:
    def texts(name: str, count: int) -> str:
        """`count` reviews of Ida's and some of Bo's."""
        lines = []
        for number in range(count + 10):
            own = number < count
            text = f"hey all,\n\nhall {number} was great!\n\ncheers\nIda" if own else "It was fine.\n\nBo"
            day = f"2026-{number // 28 + 1:02}-{number % 28 + 1:02}"
            about = f"How was concert {number} in Malmö?"
            lines.append({"context": about, "text": text, "author": "Ida" if own else "Bo", "date": day})
        path = tmp_path / name
        path.write_text("\n".join(map(json.dumps, lines)))
        return str(path)

    def evaluate(path: str) -> dict[str, Any]:
        status, out, _ = longhand(capsys, "evaluate", "--data", path, "--no-learning", "--json")
        assert status == 0
        return dict(json.loads(out))

    made = evaluate(texts("first.jsonl", 30))
    assert made["count"] - made["borrowed"] == 4
    assert made["recipe"]["agent"] == ""
    assert made["guided"]["style_match"] > made["zero_shot"]["style_match"]
    assert longhand(capsys, "rules", "list", "--json")[1].strip() == "[]"  # the user's own
    [first] = (profile_home / "evaluations").iterdir()
    assert not any(b"hall" in file.read_bytes() for file in first.rglob("*") if file.is_file())
    other = texts("second.jsonl", 31)
    assert evaluate(other)["recipe"]["mail"] != made["recipe"]["mail"]
    assert first not in (profile_home / "evaluations").iterdir()
    status, _, err = longhand(capsys, "evaluate", "--data", texts("few.jsonl", 3), "--author", "Ida")
    assert (status, "too few texts" in err) == (1, True)


def test_the_blind_test_goes_on_and_is_forgotten_with_the_mail(
    capsys: pytest.CaptureFixture[str],
    mails: Path,
    profile_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imported(capsys, mails)
    assert longhand(capsys, "blind")[0] == 1
    evaluated(capsys, profile_home)
    monkeypatch.setattr("sys.stdin", io.StringIO("x\n1\nq\n"))
    status, out, _ = longhand(capsys, "blind")
    assert status == 0
    assert "1 of 3. Ann Kovac: Crates" in out
    assert "2 of 3." in out
    assert not any(name in out for name in ("guided", "plain"))
    assert json.loads(longhand(capsys, "blind", "--results", "--json")[1])["left"] == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("t\ns\n"))
    status, out, _ = longhand(capsys, "blind")
    assert (status, "3 of 3." in out, "win rate" in out) == (0, True, True)
    found = json.loads(longhand(capsys, "blind", "--results", "--json")[1])
    assert (found["left"], found["ties"], found["wins"] + found["losses"]) == (0, 1, 1)
    report = tmp_path / "report.html"
    assert longhand(capsys, "evaluate", "--report", str(report))[0] == 0
    assert report.read_text().count("you took for yours") == 1
    assert longhand(capsys, "blind", "--against", "nobody")[0] == 1
    longhand(capsys, "privacy", "forget", "north.example", "--yes")
    assert longhand(capsys, "blind", "--results")[0] == 1


def test_a_rule_may_hold_for_one_language(capsys: pytest.CaptureFixture[str], mails: Path) -> None:
    imported(capsys, mails)
    status, out, _ = longhand(capsys, "rules", "add", "Duze niemanden.", "--language", "german", "--json")
    assert (status, json.loads(out)["scope"]) == (0, {"kind": "language", "value": "German"})
    assert json.loads(longhand(capsys, "rules", "measured", "--language", "German", "--json")[1]) == []
    counted = json.loads(longhand(capsys, "rules", "measured", "--json")[1])
    assert [one["value"] for one in counted if one["trait"] == "language"] == ["English"]


def test_going_back_to_an_earlier_agent_is_one_step(
    capsys: pytest.CaptureFixture[str], mails: Path, profile_home: Path
) -> None:
    imported(capsys, mails)
    assert json.loads(longhand(capsys, "adapters", "list", "--json")[1]) == []
    key = open_keychain(profile_home, os.environ["LONGHAND_PASSPHRASE"])
    with closing(open_database(Profile(profile_home), key)) as database:
        adapters = AdapterRepository(database)
        made = Adapter(
            AdapterId(0), datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "mini-small", True, "", 100, 0.4
        )
        for likeness in (0.8, 0.9):
            adapters.add(replace(made, scores={"likeness": likeness}), b"gguf", b"peft")
        adapters.add(replace(made, live=False), b"gguf", b"peft")
    status, out, _ = longhand(capsys, "adapters", "list")
    assert (status, len(out.splitlines())) == (0, 3)
    assert out.splitlines()[1] == "*   2  2026-03-01 09:30, from 100 examples: likeness 0.90"
    assert longhand(capsys, "adapters", "use", "1")[0] == 0
    listed = json.loads(longhand(capsys, "adapters", "list", "--json")[1])
    assert [one["in_use"] for one in listed] == [True, False, False]
    assert longhand(capsys, "adapters", "use", "3")[::2] == (
        1,
        "longhand: This agent is not judged yet; 'longhand learn' goes on with that.\n",
    )
    assert json.loads(longhand(capsys, "adapters", "use", "none", "--json")[1]) == {"in_use": None}
    assert "No preference agent" in longhand(capsys, "draft", "--file", str(mails / "q0.eml"))[2]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("adapters", "use", "7"), 1),
        (("privacy", "forget", "--yes"), 2),
        (("privacy", "forget", "ann@north.example", "--matter", "crates", "--yes"), 2),
        (("privacy", "forget", "--matter", "a", "--yes"), 1),
        (("rules", "measured", "--language", "Klingon"), 2),
        (("rules", "measured", "--language", "German", "--kind", "refusal"), 2),
        (("adapters", "use", "last"), 2),
        (("draft", "--file", "nowhere.eml"), 1),
        (("import", "nowhere"), 1),
        (("sync",), 1),
        (("rules", "pin", "1"), 1),
        (("models", "use", "nothing.gguf"), 1),
        (("learn",), 1),
        (("evaluate",), 1),
        (("blind",), 1),
        (("evaluate", "--author", "Ida"), 2),
        (("evaluate", "--data", "nowhere.jsonl"), 1),
        (("evaluate", "--arms", "naive_small"), 1),
        (("evaluate", "--arms", "naive_small,naive_huge"), 2),
        (("evaluate", "--data", "x.jsonl", "--no-learning", "--arms", "all"), 2),
        (("blind", "--json"), 2),
        (("evaluate", "--judge"), 1),
        (("evaluate", "--judge", "mini-large"), 1),
        (("evaluate", "--judge", "cloud"), 1),
        (("draft",), 2),
        (("draft", "--save", "--file", "x.eml"), 2),
        (("unheard-of",), 2),
        (("rules", "pin"), 2),
        (("demo", "--seed", "-1"), 2),
    ],
)
def test_what_goes_wrong_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int
) -> None:
    ended, out, err = longhand(capsys, *arguments)
    assert ended == status
    assert out == ""
    lines = [line for line in err.splitlines() if line]
    assert "Traceback" not in err
    if status == 1:
        assert len([line for line in lines if line.startswith("longhand: ")]) == 1
        assert lines[-1].endswith(".")


def test_a_broken_model_file_is_refused_and_the_old_choice_stays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\xff" * 100)
    status, _, err = longhand(capsys, "models", "use", str(broken))
    assert status == 1
    assert len(err.strip().splitlines()) == 1
    chosen = [
        one["name"] for one in json.loads(longhand(capsys, "models", "list", "--json")[1]) if one["in_use"]
    ]
    assert chosen == ["mini-large", "mini-small"]


def test_a_wrong_passphrase_is_one_line(
    capsys: pytest.CaptureFixture[str], mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(capsys, mails)
    monkeypatch.setenv("LONGHAND_PASSPHRASE", "another")
    status, _, err = longhand(capsys, "rules", "list")
    assert status == 1
    assert len(err.strip().splitlines()) == 1
    assert "passphrase" in err


def test_rules_go_into_a_file_and_come_back_and_are_merged(
    capsys: pytest.CaptureFixture[str], mails: Path, tmp_path: Path
) -> None:
    imported(capsys, mails)
    file = tmp_path / "rules.toml"
    before = longhand(capsys, "rules", "list", "--json")[1]
    status, out, _ = longhand(capsys, "rules", "export", str(file))
    assert (status, out) == (0, f"{file.read_text().count('rule = ')} rules are in the file.\n")
    assert json.loads(longhand(capsys, "rules", "import", str(file), "--json")[1])["changed"] == 0
    with file.open("a") as more:
        more.write('\n[[rule]]\nrule = "Never write crate."\nfor = "north.example"\n')
    status, out, told = longhand(capsys, "rules", "import", str(file))
    assert status == 0
    assert out.startswith("New: 1 rules; changed: 0")
    assert "--undo" in told
    out = longhand(capsys, "rules", "add", "No crates.", "--for", "north.example", "--json")[1]
    two = json.loads(out)["id"]
    one = two - 1
    made = longhand(capsys, "rules", "merge", str(one), str(two), "--into", "Never say crate.", "--json")[1]
    assert json.loads(made)["rule"] == "Never say crate."
    assert longhand(capsys, "rules", "import", "--undo")[1].startswith("0 rules")  # merged since
    longhand(capsys, "rules", "import", str(file))
    assert longhand(capsys, "rules", "import", "--undo")[1].startswith("1 rules")
    assert longhand(capsys, "rules", "import")[0] == 2
    file.write_text("[[rule]]\nrule = 3\n")
    status, _, told = longhand(capsys, "rules", "import", str(file))
    assert status == 1
    assert told.startswith("longhand: Line 2 of the file: 'rule' is not as it should be; ")
    after = json.loads(longhand(capsys, "rules", "list", "--json")[1])
    assert [rule for rule in after if rule["rule"] != "Never say crate."] == json.loads(before)
