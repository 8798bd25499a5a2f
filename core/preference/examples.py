"""Examples (x -> rules), made by the large model from what the user really sent: a brief, the reply it
would write itself, then its thinking and the rules that lie between the two."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import Address, Context, Example, Exchange, Incoming, Kept, RuleLine
from core.models import prompts
from core.models.chat import ChatModel, Question
from core.preference.rule_lines import grammar, parse_rules, split_thinking
from core.store.examples import ExampleRepository
from core.tasks import CancelToken, Pause, Progress
from core.traits import Names, kept, trait_named

FORMS = ("full", "short", "empty")
GROUP = 8  # exchanges worked on together; a kill costs no more than these
_BRIEF_TOKENS = 200
_REPLY_TOKENS = 400
_RULES_TOKENS = 500


@dataclass(frozen=True)
class Way:
    """How rules are drawn from a reply: by `comparison` with the zero-shot reply, or from it alone; after the
    large model's `thinking`, or at once. All but the first is for arms of an evaluation."""

    comparison: bool = True
    thinking: bool = True


class ExampleMaker:
    """`examples` holds those of this `way`."""

    def __init__(self, large: ChatModel, examples: ExampleRepository, way: Way | None = None) -> None:
        self._large = large
        self._examples = examples
        self._way = way or Way()

    def build(
        self,
        exchanges: Sequence[Exchange],
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        stage: str = "examples",
        pause: Pause | None = None,
    ) -> tuple[Example, ...]:
        """One example for each exchange; those made before, by the same prompts and family of models,
        not again. Returns all of them that hold rules, in the order of `exchanges`. Raises Cancelled,
        ModelError, ChildDied; what is made stays made. While `pause` has a reason none is begun."""
        report, held = progress or Progress(), pause or Pause()
        stored = {(one.exchange, one.brief_form): one for one in self._examples.all()}
        # Another family of models words and weighs its rules otherwise.
        made_by = (prompt_version(self._way), self._large.family)
        found = {
            exchange.id: example
            for exchange in exchanges
            if (example := stored.get((exchange.id, form_of(exchange))))
            and (example.prompt_version, example.family) == made_by
        }
        missing = [exchange for exchange in exchanges if exchange.id not in found]
        for at in range(0, len(missing), GROUP):
            held.wait(lambda reason: report.update(reason, 0, 0), cancel)
            report.update(stage, len(found), len(exchanges))
            if cancel is not None:
                cancel.check()
            for example in self.make(missing[at : at + GROUP], cancel):
                self._examples.add(example)
                found[example.exchange] = example
        report.update(stage, len(exchanges), len(exchanges))
        return tuple(found[one.id] for one in exchanges if found[one.id].rules)

    def make(self, exchanges: Sequence[Exchange], cancel: CancelToken | None = None) -> list[Example]:
        """An example for each, not stored. It may hold no rules: the replies differ in nothing, or the
        model gave none that the sent text bears out."""
        contexts = self._contexts(exchanges, cancel)
        drafts = self._drafts(contexts, cancel)
        form, opening = grammar(self._way.thinking), "<think>\n" if self._way.thinking else ""
        asked = [
            Question(_asked(self._way, context, draft, exchange.sent), _RULES_TOKENS, opening, form)
            for exchange, context, draft in zip(exchanges, contexts, drafts, strict=True)
        ]
        answers = self._answers(asked, cancel)
        return [self._example(*parts) for parts in zip(exchanges, contexts, drafts, answers, strict=True)]

    def _contexts(self, exchanges: Sequence[Exchange], cancel: CancelToken | None) -> list[Context]:
        """With a brief as notes: in full, shortened, or none."""
        noted = [one for one in exchanges if form_of(one) != "empty"]
        asked = [Question(prompts.brief(one.sent), _BRIEF_TOKENS) for one in noted]
        briefs = dict(zip((one.id for one in noted), self._answers(asked, cancel), strict=True))
        return [Context(one.incoming, noted_in(form_of(one), briefs.get(one.id, ""))) for one in exchanges]

    def _drafts(self, contexts: Sequence[Context], cancel: CancelToken | None) -> list[str]:
        """The zero-shot replies; empty where nothing is compared with them."""
        if not self._way.comparison:
            return [""] * len(contexts)
        return self._answers([Question(prompts.zero_shot(one), _REPLY_TOKENS) for one in contexts], cancel)

    def _answers(self, asked: Sequence[Question], cancel: CancelToken | None) -> list[str]:
        return [made.text.strip() for made in self._large.complete_all(asked, cancel)]

    def _example(self, exchange: Exchange, context: Context, draft: str, answer: str) -> Example:
        return Example(
            exchange.id,
            context,
            draft,
            split_thinking(answer),
            borne_out(parse_rules(answer), exchange),
            form_of(exchange),
            prompt_version(self._way),
            self._large.family,
        )


def form_of(exchange: Exchange) -> str:
    """Which form the brief of this exchange takes: each a third, the same on every run."""
    return FORMS[int(exchange.id) % len(FORMS)]


def noted_in(form: str, brief: str) -> str:
    return brief if form == "full" else shortened(brief) if form == "short" else ""


def shortened(brief: str) -> str:
    """The first half of the points, at least one: what a person in a hurry jots down."""
    lines = [line for line in brief.splitlines() if line.strip()]
    return "\n".join(lines[: max(1, len(lines) // 2)])


def borne_out(rules: Sequence[RuleLine], exchange: Exchange) -> tuple[RuleLine, ...]:
    """The rules less those the sent text itself visibly breaks: the model misread it. Traits that
    content may force (its length) are left to the model."""
    names = Names.of(exchange.incoming)
    return tuple(
        line
        for line in rules
        if ((trait := trait_named(line.trait)) is not None and trait.forced)
        or kept(line, exchange.sent, names) is not Kept.NOT_KEPT
    )


def _asked(way: Way, context: Context, draft: str, sent: str) -> prompts.Prompt:
    return prompts.rules(context, draft, sent) if way.comparison else prompts.rules_alone(context, sent)


def prompt_version(way: Way | None = None) -> str:
    """Of the prompts examples are made with; a change makes them anew."""
    way, nobody = way or Way(), Address("", "")
    context = Context(Incoming(nobody, nobody, "", ""))
    drafted = (prompts.zero_shot(context),) if way.comparison else ()
    made_with = (prompts.brief(""), *drafted, _asked(way, context, "", ""))
    return ", ".join(f"{prompt.name} {prompt.version}" for prompt in made_with)
