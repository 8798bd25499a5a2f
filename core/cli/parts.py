"""`longhand doctor --parts`: every part of the program does a little of its work, in a profile that is thrown
away. For whoever has just installed Longhand, and for the build of an installer."""

import importlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from core import messages
from core.app import App
from core.domain import Address, Context, Example, ExchangeId, Incoming, ParsedMail, RuleLine
from core.engine.installed import require_training
from core.engine.llama import GenerationRequest, LlamaEngine
from core.engine.reader import Reader
from core.errors import ChildDied, LearningError
from core.models.catalogue import embedded_path, embedded_weights
from core.models.prompts import Frame, Mail, Prompt
from core.preference.settings import load_settings
from core.preference.trainer import Trainer
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.jobs import JobRepository
from core.store.paths import Profile

STEPS = 2
_MAIL = (
    b"From: Ann Field <ann@example.org>\r\nTo: you@example.org\r\nSubject: Monday\r\n"
    b"Message-ID: <1@example.org>\r\n\r\nCould we meet on Monday?\r\n"
)


@dataclass(frozen=True)
class Part:
    """`told`: what it did, or why it did not work."""

    name: str
    works: bool
    told: str


def try_parts() -> Iterator[Part]:
    """One after another, so that each can be told as it ends."""
    with tempfile.TemporaryDirectory(prefix="longhand-parts-") as folder:
        home = Path(folder)
        for name, attempt in _ATTEMPTS.items():
            yield _tried(name, attempt, home)


def _tried(name: str, attempt: Callable[[Path], str], home: Path) -> Part:
    try:
        return Part(name, works=True, told=attempt(home))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other parts are tried all the same
        return Part(name, works=False, told=messages.work.error_line(error))


def _reader(_home: Path) -> str:
    reader = Reader()
    try:
        [mail] = reader.parse([_MAIL])
    finally:
        reader.close()
    if not isinstance(mail, ParsedMail):
        raise ChildDied("The process that reads mail does not read.")
    return f"{len(mail.text.split())} words of a message"


def _model(_home: Path) -> str:
    engine = LlamaEngine()
    try:
        prompt = Prompt("parts", "1", (Frame("Write.\n\n# Mail\n"), Mail("Could we meet on Monday?")))
        made = engine.generate(GenerationRequest(embedded_path("mini-large"), prompt, max_tokens=8))
        return f"{made.new_tokens} tokens, {', '.join(engine.facts().features)}"
    finally:
        engine.close()


def _learning(home: Path) -> str:
    require_training()
    database = Database.open(home / "parts.db", bytes(32))
    base = embedded_weights("mini-small")
    trainer = Trainer(base, CheckpointRepository(database), JobRepository(database))
    try:
        settings = load_settings(steps=STEPS, batch=2, max_length=160, checkpoint_every=1, validate_every=0)
        made = trainer.train([_example(number) for number in range(4)], settings)
    finally:
        trainer.close()
        database.close()
    if len(made.losses) != STEPS or not made.gguf:
        raise LearningError("Training took no steps.")
    return (
        f"{len(made.losses)} steps, loss {made.losses[0]:.2f} to {made.losses[-1]:.2f}, {made.quantization}"
    )


def _scores(_home: Path) -> str:
    """As an evaluation scores drafts, with the libraries it names in its report."""
    from core.evaluation.evaluating import libraries
    from core.evaluation.metrics import LEAST_TEXTS, Authorship
    from core.evaluation.overlap import overlap
    from core.evaluation.style import Written
    from core.traits import Names

    own = [Written(f"Hi Ann, see you at {number}. Cheers, Bo", Names()) for number in range(LEAST_TEXTS)]
    others = [Written(f"Dear Ms Field, {number} suits me. Regards", Names()) for number in range(LEAST_TEXTS)]
    likely = Authorship(own, others).score(own[:1])
    near = overlap([own[0].text], [own[1].text])
    if near is None or likely < 0.5:
        raise RuntimeError
    return f"authorship {likely:.2f}, chrF {near.chrf:.0f}, by {', '.join(libraries())}"


def _example(number: int) -> Example:
    ann, you = Address("Ann Field", "ann@example.org"), Address("You", "you@example.org")
    incoming = Incoming(ann, you, "Monday", f"Could we meet at {number}?")
    rules = (RuleLine("greeting", 'Open with "Hi [first name],".'),)
    return Example(ExchangeId(number), Context(incoming, "yes"), "Yes.", "", rules, "full", "1")


def _keychain(_home: Path) -> str:
    """That its back ends are in the program; whether one answers is the system's own affair."""
    import keyring

    found = sorted(one.load().__name__.rpartition(".")[2] for one in entry_points(group="keyring.backends"))
    chosen = keyring.get_keyring()
    return f"{', '.join(found)} known; in this session {type(chosen).__module__.rpartition('.')[2]}"


def _window(home: Path) -> str:
    """Opened where nobody sees it, drawn, and closed."""
    screenshot = importlib.import_module("desktop.screenshot")
    app = App.open(Profile(home / "profile"), "parts", "longhand doctor --parts")
    try:
        image = screenshot.picture(app, lambda _window: None)
    finally:
        app.close()
    if image.isNull():
        raise RuntimeError
    return f"{image.width()} by {image.height()} points"


_ATTEMPTS: dict[str, Callable[[Path], str]] = {
    "reader": _reader,
    "model": _model,
    "learning": _learning,
    "scores": _scores,
    "keychain": _keychain,
    "window": _window,
}
