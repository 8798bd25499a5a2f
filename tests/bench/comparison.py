"""Every way of drafting on eight people that nothing here was tried on before: scores, costs, and differences
paired by mailbox with intervals by bootstrap over mailboxes. What docs/evaluation.md is written from."""

import mailbox
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from core import demo
from core.app import App
from core.cli.scores import ARM_NAMES, evaluation_json
from core.domain import AdapterKind
from core.evaluation.assessing import AGENTS
from core.evaluation.learning import Control
from core.sample.mailbox import make_mailbox
from core.store import settings
from core.store.paths import Profile
from core.store.settings import Learning, Settings
from core.tasks import CancelToken, Progress
from tests.bench.controls import interval
from tests.bench.figure import REPOSITORY, Figure, reported
from tests.bench.program import PASSPHRASE

SEEDS = range(200, 208)
KINDS = tuple(kind for kind in AdapterKind if kind is not AGENTS[0])
SCORES = (
    "style_match", "likeness", "authorship", "habits_kept", "fact_recall", "unsupported_facts", "brief_copy",
    "edit_distance", "rouge_l", "bleu", "chrf", "prompt_tokens", "new_tokens", "seconds",
)  # fmt: skip
PAIRS = (
    *(("guided", arm) for arm in ARM_NAMES if arm != "guided"),
    *(("agent_only", arm) for arm in ("constant_rules", "wrong_adapter", "rulebook_only", *map(str, KINDS))),
)


def run(quick: bool) -> Iterator[Figure]:
    seeds = list(SEEDS)[: 2 if quick else None]
    made = [evaluated(seed) for seed in seeds]
    for arm in ARM_NAMES:
        rows = [one[arm] for one in made if arm in one]
        for score in SCORES:
            values = [row[score] for row in rows if row.get(score) is not None]
            if values:
                yield reported(f"comparison.{arm}.{score}", mean(values), each_seed=values)
        trained = [row["trained"] for row in rows if "trained" in row]
        for cost in trained[0] if trained else ():
            yield reported(f"comparison.{arm}.trained.{cost}", mean(one[cost] for one in trained))
    for first, second in PAIRS:
        pairs = [one[first]["style_match"] - one[second]["style_match"] for one in made]
        yield reported(
            f"comparison.{first}-{second}",
            mean(pairs),
            "style_match",
            interval_90=interval(pairs),
            each_seed=pairs,
        )


def evaluated(seed: int) -> dict[str, Any]:
    """The object of `longhand evaluate --arms all --json`, with the control by another person's adapter. The
    profile stays under .bench: what is written there stays written, and arms can be added."""
    progress, cancel = Progress(), CancelToken()
    home = REPOSITORY / ".bench" / "comparison" / str(seed)
    others, wrong = demo.other_people(seed), home / "wrong.gguf"
    if not wrong.exists():
        made = demo.another_adapter(seed + demo.ANOTHER, demo.LIMITS, progress, cancel)
        home.mkdir(parents=True, exist_ok=True)
        wrong.write_bytes(made)
    app = App.open(_profile(home), PASSPHRASE, "the comparison")
    try:
        _import(app, home / "mail.mbox", seed)
        if not any(one.scores for one in app.learning.adapters()):
            app.learning.run(progress, cancel, others=others)
        # Also where the gate is against it: it is to be compared.
        app.learning.use(next(one.id for one in app.learning.adapters() if one.scores))
        control = Control(wrong.read_bytes())
        found = app.comparing.mail(progress, cancel, control=control, kinds=KINDS, others=others)
    finally:
        app.close()
    return evaluation_json(found)


def _profile(home: Path) -> Profile:
    profile = Profile(home / "profile")
    profile.create()
    learning = Learning(demo.LIMITS.examples or 0, demo.LIMITS.gate or 0, on_battery=True)
    settings.save(profile.settings, Settings(learning=learning))
    return profile


def _import(app: App, file: Path, seed: int) -> None:
    if app.accounts.all():
        return
    person, box = make_mailbox(seed), mailbox.mbox(file)
    for message in person.messages:
        box.add(message.raw)
    box.close()
    app.mail.import_path(file, Progress(), CancelToken(), person.user.email)
