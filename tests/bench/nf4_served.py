"""An adapter trained on NF4 weights, served on the shipped half-precision ones: what its rules and
drafts lose beside the model that was trained. `dequantised` is the fallback, the weights as trained on: where
`lost_on_shipped` is above 0.02, `serve` in training.toml is to say "trained"."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import mean
from typing import Any

from core.demo import LIMITS, OTHERS_REPLIES, replies
from core.domain import Context, Exchange, RuleLine
from core.engine.llama import LlamaEngine
from core.evaluation import arms
from core.evaluation.gate import Gate, score
from core.evaluation.style import Case
from core.models import prompts
from core.models.catalogue import embedded_path, embedded_weights, find
from core.models.chat import ChatModel, Question
from core.models.local import LocalModel
from core.preference.checks import agreement
from core.preference.choosing import most_informative
from core.preference.examples import ExampleMaker
from core.preference.rule_lines import parse_rules
from core.preference.settings import load_settings
from core.preference.split import split_exchanges
from core.preference.trainer import TrainedAdapter, Trainer
from core.sample.mailbox import make_mailbox
from core.store.checkpoints import CheckpointRepository
from core.store.database import Database
from core.store.examples import ExampleRepository
from core.store.exchanges import ExchangeRepository, NewExchange
from core.store.jobs import JobRepository
from tests.bench.figure import Figure, Kept, at_most, reported

SEEDS = range(4)
WORTH = 0.02
ANSWER_TOKENS, REPLY_TOKENS = 300, 400
BASES = ("trained", "shipped", "dequantised")

RuleLists = Sequence[Sequence[RuleLine]]


def run(quick: bool) -> Iterator[Figure]:
    kept = Kept("nf4_served")
    found = [kept.get(seed, measured) for seed in list(SEEDS)[: 2 if quick else None]]

    def over_seeds(key: str) -> list[float]:
        return [one[key] for one in found if one[key] is not None]

    for name in ("shipped", "dequantised"):
        shares = over_seeds(f"agreement_{name}")
        yield reported(f"nf4_served.agreement_{name}", mean(shares), "F1 of rules", each_seed=shares)
    for measure in ("style_match", "likeness"):
        for name in BASES:
            values = over_seeds(f"{measure}_{name}")
            if values:
                yield reported(f"nf4_served.{measure}_{name}", mean(values), measure, each_seed=values)
    for name in ("shipped", "dequantised"):
        # style_match where a mailbox gives no scale for likeness: floor and ceiling coincide
        lost = [_lost(one, name) for one in found]
        yield at_most(f"nf4_served.lost_on_{name}", mean(lost), WORTH, "likeness", each_seed=lost)


def _lost(one: dict[str, Any], name: str) -> float:
    for measure in ("likeness", "style_match"):
        ours, theirs = one[f"{measure}_{name}"], one[f"{measure}_trained"]
        if ours is not None and theirs is not None:
            return round(float(theirs) - float(ours), 4)
    return 0.0  # no trait differs from the plain draft: nothing to lose


def measured(seed: int) -> dict[str, Any]:
    """The scores of one mailbox: an adapter learned from it, asked about its newest mail on each base."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="longhand-nf4-")))
        store = stack.enter_context(Database.open(folder / "longhand.db", bytes(32)))
        engine = LlamaEngine()
        stack.callback(engine.close)
        trainer = Trainer(embedded_weights("mini-small"), CheckpointRepository(store), JobRepository(store))
        stack.callback(trainer.close)
        large = _local(engine, embedded_path("mini-large"), None)
        learning, held = _parts(seed, store)
        settings = load_settings()
        trained = trainer.train(ExampleMaker(large, ExampleRepository(store)).build(learning), settings)
        dequantised = folder / "dequantised.gguf"
        trainer.dequantise(settings, embedded_path("mini-small"), dequantised)

        cases = [Case(one, Context(one.incoming, _brief(large, one))) for one in held]
        turns = [prompts.agent(case.context) for case in cases]
        rules = {
            "trained": [parse_rules(text) for text in trainer.answers(turns, trained, ANSWER_TOKENS)],
            "shipped": _served(engine, embedded_path("mini-small"), trained, turns),
            "dequantised": _served(engine, dequantised, trained, turns),
        }
        result = _judged(large, cases, rules, learning, seed)
    return _as_json(result, rules)


def _parts(seed: int, store: Database) -> tuple[tuple[Exchange, ...], tuple[Exchange, ...]]:
    """What the demo would learn from and judge by."""
    exchanges = ExchangeRepository(store)
    for one in replies(make_mailbox(seed)):
        exchanges.add(NewExchange(one.incoming, one.sent, one.date, one.thread, one.kind))
    exchanges.set_splits(tuple(split_exchanges(exchanges.all()).items()))
    learning = most_informative(exchanges.all("learning"), LIMITS.examples)
    return learning, exchanges.all("gate")[-(LIMITS.gate or 0) :]


def _local(engine: LlamaEngine, path: Path, adapter: bytes | None) -> LocalModel:
    large = find("mini-large")
    return LocalModel(
        engine, path, path.stem, large.family, adapter, 1.0 if adapter else large.repeat_penalty
    )


def _brief(large: ChatModel, exchange: Exchange) -> str:
    return large.complete(Question(prompts.brief(exchange.sent), 200)).text.strip()


def _served(
    engine: LlamaEngine, base: Path, trained: TrainedAdapter, turns: Sequence[prompts.Prompt]
) -> RuleLists:
    """As the agent is asked, but with no grammar: the training child has none."""
    agent = _local(engine, base, trained.gguf)
    return [parse_rules(agent.complete(Question(turn, ANSWER_TOKENS)).text) for turn in turns]


def _judged(
    large: ChatModel,
    cases: Sequence[Case],
    rules: dict[str, RuleLists],
    learning: Sequence[Exchange],
    seed: int,
) -> Gate:
    """Drafts under each base's rules alone: the rule book would hide what differs."""
    plain = arms.zero_shot(large, REPLY_TOKENS)
    made = {"zero_shot": [plain(case.context) for case in cases]}
    for name, lists in rules.items():
        by_mail = {case.context: lines for case, lines in zip(cases, lists, strict=True)}
        guided = arms.guided(large, lambda context, _cancel=None, by=by_mail: by[context], REPLY_TOKENS)
        made[name] = [guided(case.context) for case in cases]
    return score(cases, made, learning, replies(make_mailbox(seed + 7919, replies=OTHERS_REPLIES, unread=0)))


def _as_json(result: Gate, rules: dict[str, RuleLists]) -> dict[str, Any]:
    found: dict[str, Any] = {"count": result.count}
    for name in BASES:
        scores = result.arms[name]
        found |= {f"style_match_{name}": scores.style_match, f"likeness_{name}": scores.likeness}
        found[f"agreement_{name}"] = agreement(rules[name], rules["trained"])
    return found
