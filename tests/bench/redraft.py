"""First word of a draft over 1,500 tokens of context: the same message with other notes against a new one,
and after the click on a message that was open; drafts with and without the caches. Mini-large, and random
weights of 0.1 billion parameters."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from core.demo import replies
from core.domain import Context, Incoming
from core.drafting.book import Rules
from core.drafting.ready import Remembering
from core.drafting.write import Writer, prepare, write_draft
from core.engine.llama import LlamaEngine
from core.models import prompts
from core.models.catalogue import embedded_path, find
from core.models.local import LocalModel
from core.preference.agent import PreferenceAgent
from core.sample.mailbox import make_mailbox
from core.store.database import Database
from core.store.exchanges import ExchangeRepository, NewExchange
from tests.bench.adapters import random_adapter
from tests.bench.figure import Figure, at_least, at_most
from tests.bench.random_models import LLAMA_100M, write

SEED, ROUNDS, QUICK, SLOW = 11, 30, 6, 2
PROMPT, ANSWER = 1500, 300  # tokens
# What a user changes: the notes, once and again.
NOTES = ("", "yes, on Tuesday at 10", "no; ask for the list first")


@dataclass(frozen=True)
class Clicked:
    """A draft: milliseconds from the click to its first word, and its text."""

    first: float
    text: str


def run(quick: bool) -> Iterator[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="longhand-bench-")))
        store = stack.enter_context(Database.open(folder / "longhand.db", bytes(32)))
        for one in replies(make_mailbox(SEED)):
            ExchangeRepository(store).add(NewExchange(one.incoming, one.sent, one.date, one.thread, one.kind))
        rounds = QUICK if quick else ROUNDS
        with_agent, without = _writers(stack, store, embedded_path("mini-large"))
        yield from _measured("mini.guided", with_agent, rounds, 0)
        yield from _measured("mini.rule_book", without, rounds, 2)
        path = write(folder / "llama.gguf", LLAMA_100M)
        with_agent, _ = _writers(stack, store, path)
        slow = SLOW if quick else 2 * SLOW
        yield from _measured("0.1B.guided", replace(with_agent, max_tokens=1), slow, 0, equal=False)


def _writers(stack: ExitStack, store: Database, path: Path) -> tuple[Writer, Writer]:
    """With an agent, and with the rule book and examples in its place."""
    engine = LlamaEngine()
    stack.callback(engine.close)
    large, small = find("mini-large"), find("mini-small")
    agent = LocalModel(
        engine, embedded_path(small.name), small.name, small.family, random_adapter(small.name)
    )
    writer = Writer(
        large=LocalModel(engine, path, path.stem, large.family, repeat_penalty=large.repeat_penalty),
        book=Rules(store),
        learning=ExchangeRepository(store).all(),
        max_tokens=ANSWER,
    )
    return replace(writer, agent=PreferenceAgent(agent)), writer


def _measured(name: str, writer: Writer, rounds: int, shots: int, equal: bool = True) -> Iterator[Figure]:
    writer = replace(writer, shots=shots)
    mails = _mails(writer, rounds + 1)
    _click(Context(mails.pop()), writer)  # models loaded, the mail read
    ratios, opened, same = [], [], []
    for at, mail in enumerate(mails):
        contexts = [Context(mail, notes) for notes in NOTES]
        cold = _click(contexts[0], writer)
        again = [_click(context, writer) for context in contexts[1:]]
        ratios += [cold.first / one.first for one in again]
        other = Context(mails[at - 1])
        _click(other, writer)
        kept = replace(writer, agent=Remembering(writer.agent) if writer.agent else None)
        prepare(contexts[1], kept)
        click = _click(contexts[1], kept)
        opened.append(click.first)
        if equal:
            for context, warm in ((contexts[1], click), (contexts[2], again[1])):
                _click(other, writer)
                same.append(_click(context, writer).text == warm.text)
    detail = {"rounds": len(mails), "lowest": round(min(ratios), 2)}
    yield at_least(f"redraft.{name}.other_notes", median(ratios), 5, "x sooner than cold", **detail)
    detail = {"rounds": len(mails), "highest": round(max(opened), 1)}
    yield at_most(f"redraft.{name}.opened", median(opened), 150, "ms", **detail)
    if equal:
        yield at_least(f"redraft.{name}.equal", sum(same) / len(same), 0.99, "of drafts", n=len(same))


def _click(context: Context, writer: Writer) -> Clicked:
    first: list[float] = []
    begun = time.perf_counter()
    made = write_draft(
        context, writer, on_text=lambda _piece: first or first.append(time.perf_counter() - begun)
    )
    # A model of random weights may say nothing that can be shown.
    return Clicked(1000 * (first[0] if first else time.perf_counter() - begun), made.text)


def _mails(writer: Writer, count: int) -> list[Incoming]:
    """Long mails, each of other people's words, so that a prompt for it has at least PROMPT tokens."""
    found = [one.incoming for one in writer.learning if one.incoming.text]
    engine, path = LlamaEngine(), embedded_path("mini-large")
    made = []
    try:
        for at in range(count):
            mail, further = found[at], at
            while len(engine.tokenize_prompt(path, prompts.zero_shot(Context(mail)))) < PROMPT:
                further += count
                mail = replace(mail, text=f"{mail.text}\n\n{found[further % len(found)].text}")
            made.append(mail)
    finally:
        engine.close()
    return made
