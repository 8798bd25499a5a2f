"""The object of `longhand demo --json`, key by key, and the replies the scores' floor is made of."""

from core.demo import Answered, Demo, as_json, replies
from core.domain import (
    AccountId,
    AdapterId,
    Address,
    AppliedRule,
    Draft,
    Kept,
    MailKind,
    MessageId,
    ParsedMail,
    RuleLine,
)
from core.evaluation.gate import ArmScores, Gate
from core.evaluation.judging import CONTROLS
from core.evaluation.learning import Learned
from core.mail.sync_result import SyncResult
from core.sample.mailbox import make_mailbox
from core.store.messages import StoredMessage

SCORES = ArmScores(0.123456, 0.5, 0.9, 1.0, None, 4.0)


def demo(*arms: str) -> Demo:
    people = Address("Ann", "ann@north.example"), (Address("Tom", "tom@hale.example"),)
    mail = ParsedMail("<1@x>", "", (), None, "Plan", *people, (), MailKind.FIRST, "Fine?", "", "", False)
    message = StoredMessage(MessageId(7), AccountId(1), "INBOX", 3, mail, False, False, False)
    rule = AppliedRule(RuleLine("tone", "Write in a formal tone."), "everyone", Kept.KEPT)
    gate = Gate(24, 0.25, 0.75, dict.fromkeys(("zero_shot", "few_shot", "guided", *arms), SCORES))
    learned = Learned(100, 61.27, 600.2, "nf4", gate, AdapterId(1), True, ("Good.",))
    answered = Answered(message, "yes", Draft("plain"), Draft("own", (rule,)), 12)
    return Demo(3, "Tom Hale", SyncResult(170, 180, 1.23456), learned, (answered,), "x.png", 812.4, 200.06)


def test_the_object_has_these_keys_and_no_others() -> None:
    shown = as_json(demo())
    assert list(shown) == ["seed", "persona", "synced", "learned", "drafts", "screenshot", "seconds"]
    assert shown["synced"] == {"sent": 170, "received": 180, "seconds": 1.235}
    learned = shown["learned"]
    assert list(learned) == ["examples", "train_seconds", "peak_rss_mb", "quantization", "gate"]
    assert (learned["peak_rss_mb"], learned["quantization"]) == (812, "nf4")
    assert list(learned["gate"]) == ["count", "floor", "ceiling", "zero_shot", "few_shot", "guided"]
    assert learned["gate"]["guided"] == {
        "style_match": 0.1235,
        "likeness": 0.5,
        "authorship": 0.9,
        "fact_recall": 1.0,
        "unsupported_facts": None,
        "brief_copy": 4.0,
    }
    assert shown["drafts"] == [
        {
            "message_id": "<1@x>",
            "subject": "Plan",
            "notes": "yes",
            "zero_shot": "plain",
            "guided": "own",
            "rules": [
                {"trait": "tone", "rule": "Write in a formal tone.", "source": "everyone", "kept": "kept"}
            ],
            "saved_uid": 12,
        }
    ]


def test_controls_are_added() -> None:
    gate = as_json(demo(*CONTROLS))["learned"]["gate"]
    assert list(gate)[-4:] == ["agent_only", "rulebook_only", "constant_rules", "wrong_adapter"]


def test_other_peoples_replies_are_read_with_what_they_answer() -> None:
    mailbox = make_mailbox(3, replies=12, unread=0)
    found = replies(mailbox, first=100)
    assert len(found) == 12
    assert [one.id for one in found] == list(range(100, 112))
    assert all(one.incoming.recipient == mailbox.user and one.incoming.text and one.sent for one in found)
    assert not any("> " in one.sent for one in found)
