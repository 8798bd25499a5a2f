"""Drafting, learning's rules and the gate over a real encrypted store; what the models would write is
given, so that every word of the outcome is known."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain import (
    AccountId,
    Address,
    Context,
    Example,
    Exchange,
    Incoming,
    Kept,
    MailKind,
    MessageId,
    ParsedMail,
    RuleLine,
    Scope,
    ScopeKind,
)
from core.drafting.book import Rules
from core.drafting.context import exchange, incoming, thread_of
from core.drafting.mailbox import Mailbox
from core.drafting.write import Writer, write_draft, write_zero_shot
from core.evaluation.judging import Contest, Judge
from core.mail.drafts import Manner
from core.mail.pairing import pair
from core.mail.reading import DirectReader
from core.models.chat import Completion, Question
from core.models.prompts import Prompt
from core.store.accounts import Account, AccountRepository
from core.store.database import Database
from core.store.exchanges import ExchangeRepository
from core.store.jobs import JobRepository
from core.store.messages import MessageRepository, NewMessage
from core.tasks import CancelToken, Progress

USER = Address("Tom Hale", "tom@hale.example")
ANN = Address("Ann Kovac", "ann@north.example")
EVE = Address("Eve Marsh", "eve@south.example")
OWN = "Hey {name},\n\nit's fine, I'll bring {n} crates!\n\nCheers,\nTom"
PLAIN = "Dear {name},\n\nIt is fine. I will bring {n} crates.\n\nKind regards,\nTom Hale"


class Typewriter:
    """A chat model that writes what it is told for each prompt, and remembers what it was asked."""

    name, family = "typewriter", "typewriter"

    def __init__(self, write: Callable[[Prompt], str]) -> None:
        self.asked: list[Prompt] = []
        self.cut = 0
        self._write = write

    def complete(self, question: Question, **_options: object) -> Completion:
        self.asked.append(question.prompt)
        return Completion(self._write(question.prompt), 0, 0, 0.0, self.cut)


class Advisor:
    """An agent with a list of rules."""

    def __init__(self, *lines: RuleLine) -> None:
        self._lines = lines

    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> tuple[RuleLine, ...]:
        return self._lines


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "longhand.db", bytes(range(32)))
    yield opened
    opened.close()


def parsed(number: int, sender: Address, to: Address, text: str, answers: str = "") -> ParsedMail:
    date = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return ParsedMail(
        f"<{number}@x.example>",
        answers,
        (),
        date,
        "Crates",
        sender,
        (to,),
        (),
        MailKind.REPLY,
        text,
        "",
        "",
        False,
    )


@pytest.fixture
def exchanges(database: Database) -> tuple[Exchange, ...]:
    """Twenty answered mails of two correspondents, paired from stored messages."""
    account = AccountRepository(database).add(
        Account(AccountId(0), USER.email, USER.name, "", 0, "implicit", USER.email)
    )
    mails = []
    for number in range(0, 40, 2):
        sender = ANN if number % 4 else EVE
        ask = parsed(number, sender, USER, f"Could you bring {number + 2} crates?")
        reply = OWN.format(name=sender.name.split()[0], n=number + 2)
        answer = parsed(number + 1, USER, sender, reply, ask.message_id)
        mails += [
            NewMessage(account, "INBOX", None, ask, False),
            NewMessage(account, "Sent", None, answer, True),
        ]
    messages = MessageRepository(database)
    messages.add_batch(mails)
    found = [exchange(one, USER) for one in pair(messages.all())]
    repository = ExchangeRepository(database)
    repository.replace_pairs(one for one in found if one is not None)
    for place, one in enumerate(repository.all()):
        repository.set_split(one.id, "gate" if place >= 16 else "validation" if place >= 14 else "learning")
    return repository.all()


def asked_by(sender: Address, notes: str = "") -> Context:
    return Context(Incoming(sender, USER, "Crates", "Could you bring 7 crates?"), notes)


def writer(database: Database, text: str, *rules: RuleLine) -> tuple[Writer, Typewriter]:
    model = Typewriter(lambda _: text)
    learning = ExchangeRepository(database).all("learning")
    return Writer(model, Rules(database), Advisor(*rules) if rules else None, learning=learning), model


def test_exchanges_hold_the_mail_its_kind_and_the_answer(exchanges: tuple[Exchange, ...]) -> None:
    assert len(exchanges) == 20
    assert exchanges[0].incoming.text == "Could you bring 2 crates?"
    assert exchanges[0].kind == "request"
    assert exchanges[0].sent.startswith("Hey Eve,")


def test_the_thread_is_followed_by_its_headers(database: Database, exchanges: tuple[Exchange, ...]) -> None:
    messages = MessageRepository(database)
    answer = messages.by_header("<1@x.example>")
    assert answer is not None
    assert [one.mail.message_id for one in thread_of(answer, messages)] == ["<0@x.example>", "<1@x.example>"]
    came = incoming(answer.mail, USER, [parsed(0, EVE, USER, "before " * 200)])
    assert came.earlier[0][0] == "Eve Marsh"
    assert len(came.earlier[0][1]) <= 610


def test_measured_rules_guide_a_draft_and_each_is_checked(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    Rules(database).refresh()
    made_by, model = writer(database, "Hey Ann,\n\nIt's fine, 9 crates.\n\nRegards,\nTom")
    draft = write_draft(asked_by(ANN), made_by)
    verdicts = {rule.line.trait: rule.kept for rule in draft.rules}
    assert model.asked[0].name == "guided"
    assert verdicts["greeting"] is Kept.KEPT
    assert verdicts["sign_off"] is Kept.NOT_KEPT
    assert [finding.text for finding in draft.findings] == ["9"]
    assert "7" not in {finding.text for finding in draft.findings}


def test_what_the_model_could_not_hold_is_told(database: Database, exchanges: tuple[Exchange, ...]) -> None:
    made_by, model = writer(database, "Fine.")
    assert write_draft(asked_by(ANN), made_by).notices == ()
    model.cut = 7
    told = write_draft(asked_by(ANN), made_by).notices
    assert "7 tokens at the end of the longest text were left out" in told[0]


def test_rules_left_out_are_not_used(database: Database, exchanges: tuple[Exchange, ...]) -> None:
    Rules(database).refresh()
    made_by, model = writer(database, "Fine.")
    draft = write_draft(asked_by(ANN), made_by, left_out=frozenset({"greeting"}))
    assert "greeting" not in {rule.line.trait for rule in draft.rules}
    assert "greeting: " not in model.asked[0].text


def test_without_rules_or_agent_the_users_own_replies_serve(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    made_by, model = writer(database, "Fine.")
    write_draft(asked_by(ANN), made_by)
    assert model.asked[0].name == "few_shot"
    assert "Hey Ann," in model.asked[0].text
    assert "Eve" not in model.asked[0].text
    write_zero_shot(asked_by(ANN), made_by)
    assert model.asked[1].name == "zero_shot"


def test_until_there_is_an_agent_rules_and_earlier_replies_serve_together(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    rules = Rules(database)
    rules.refresh()
    alone, model = writer(database, "Fine.")
    write_draft(asked_by(ANN), alone)
    asked = model.asked[0].text
    assert asked.index("Hey Ann,") < asked.index("bring 7 crates") < asked.index("# Rules\ngreeting: ")
    advised, model = writer(database, "Fine.", RuleLine("exclamation", "Use exclamation marks."))
    write_draft(asked_by(ANN), advised)
    assert "# Reply" not in model.asked[0].text


def test_a_rule_off_holds_against_the_agent(database: Database, exchanges: tuple[Exchange, ...]) -> None:
    rules = Rules(database)
    rules.refresh()
    hey = next(rule for rule in rules.book.all() if rule.trait == "greeting")
    rules.book.off(hey.id)
    made_by, _ = writer(
        database,
        "Fine.",
        RuleLine("greeting", hey.sentence),
        RuleLine("exclamation", "Use exclamation marks."),
    )
    sources = {rule.line.trait: rule.source for rule in write_draft(asked_by(ANN), made_by).rules}
    assert "greeting" not in sources
    assert sources["exclamation"] == "agent"


def test_a_rule_of_ones_own_reaches_its_person_alone(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    rules = Rules(database)
    rules.book.add("other", "Never write the word crate.", Scope(ScopeKind.PERSON, ANN.email))
    sentence = RuleLine("other", "Never write the word crate.")
    assert sentence in [rule.line for rule in rules.merge(asked_by(ANN), ())]
    assert sentence not in [rule.line for rule in rules.merge(asked_by(EVE), ())]


def test_learned_rules_are_gathered_with_their_support(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    line = RuleLine("exclamation", "Use exclamation marks.")
    examples = [
        Example(one.id, Context(one.incoming), "", "", (line,), "empty", "1") for one in exchanges[:14]
    ]
    rules = Rules(database)
    rules.learn(examples)
    learned = [rule for rule in rules.book.all() if rule.trait == "exclamation" and rule.scope == Scope()]
    assert [(rule.support_for, rule.origin.value) for rule in learned] == [(14, "learned")]
    assert learned[0].evidence


def test_a_measured_habit_outlives_the_learned_rule_that_said_it(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    def said() -> list[str]:
        found = Rules(database).book.all()
        return [one.origin.value for one in found if one.trait == "exclamation" and one.scope == Scope()]

    line = RuleLine("exclamation", "Use exclamation marks.")
    examples = [Example(one.id, Context(one.incoming), "", "", (line,), "empty", "1") for one in exchanges]
    Rules(database).refresh()
    assert said() == ["measured"]
    Rules(database).learn(examples)
    assert said() == ["learned"]
    Rules(database).learn([])
    assert said() == ["measured"]


def gate_model(guided: str) -> Typewriter:
    """Writes plainly, unless it is given rules; its briefs say what the reply says."""

    def write(prompt: Prompt) -> str:
        if prompt.name == "brief":
            number = next(word for word in prompt.text.split() if word.isdigit())
            return f"- bring {number} crates"
        number = next(word for word in prompt.text.split() if word.isdigit())
        name = "Ann" if "From: Ann" in prompt.text.rpartition("# Mail")[2] else "Eve"
        return (guided if prompt.name == "guided" else PLAIN).format(name=name, n=number)

    return Typewriter(write)


def test_the_gate_runs_all_arms_and_controls_once(
    database: Database, exchanges: tuple[Exchange, ...]
) -> None:
    repository = ExchangeRepository(database)
    model = gate_model(OWN)
    contest = Contest(
        large=model,
        agent=Advisor(RuleLine("exclamation", "Use exclamation marks.")),
        book=Rules(database),
        learning=repository.all("learning"),
        others=[
            Exchange(one.id, one.incoming, PLAIN.format(name="Ann", n=3), one.date, one.thread, one.kind)
            for one in exchanges
        ],
        wrong=Advisor(RuleLine("tone", "Write in a formal tone.")),
        controls=True,
    )
    judge = Judge("adapter 1", contest, JobRepository(database))
    parts = repository.all("gate"), repository.all("validation")
    result = judge.run(*parts, Progress(), CancelToken())
    asked = len(model.asked)
    assert judge.run(*parts, Progress(), CancelToken()) == result
    assert len(model.asked) == asked  # nothing is written twice
    assert set(result.arms) == {
        "zero_shot",
        "few_shot",
        "guided",
        "agent_only",
        "rulebook_only",
        "constant_rules",
        "wrong_adapter",
    }
    assert (len(parts[0]), result.count) == (4, 4 + len(parts[1]))  # so few that more are borrowed
    assert not result.enough
    assert result.shots == 1
    assert result.arms["guided"].likeness == pytest.approx(1.0)
    assert result.arms["guided"].fact_recall == 1.0
    assert result.arms["zero_shot"].style_match == 0.0
    judge.forget()
    assert JobRepository(database).keys("gate/") == ()


def test_a_reply_is_sent_as_the_user_sends_replies(database: Database) -> None:
    """With the original under it, to everyone, and from the address that was written to."""
    accounts, messages = AccountRepository(database), MessageRepository(database)
    account = accounts.add(Account(AccountId(0), USER.email, USER.name, "", 0, "implicit", USER.email))
    alias = Address("Desk", "desk@hale.example")

    def store(number: int, answers: str, *, quoted: str, to_all: bool) -> MessageId:
        asked = replace(parsed(number, ANN, USER, "Ready?"), to=(alias, EVE))
        sent = parsed(number + 1, alias, ANN, "Yes.", asked.message_id)
        sent = replace(sent, cc=(EVE,) if to_all else (), quoted=quoted)
        new = [
            NewMessage(account, "INBOX", None, asked, False),
            NewMessage(account, "Sent", None, sent, True),
        ]
        return messages.add_batch(new if answers else new[:1])[0]

    mailbox = Mailbox(database, DirectReader())
    waiting = store(0, "", quoted="", to_all=False)
    asked = messages.get(waiting)
    assert asked is not None
    assert mailbox.manner(asked) == Manner(USER, frozenset({USER.email}))
    for number in range(2, 12, 2):
        store(number, "yes", quoted="> Ready?", to_all=True)
    assert mailbox.manner(asked) == Manner(alias, frozenset({USER.email, alias.email}), True, True)
    assert not mailbox.manner(asked, everyone=False).everyone
    for number in range(20, 40, 2):
        store(number, "yes", quoted="", to_all=False)
    assert mailbox.manner(asked) == Manner(alias, frozenset({USER.email, alias.email}))
