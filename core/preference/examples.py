"""Examples (x -> rules), made by the large model from what the user really sent: a brief, the reply it
would write itself, then its thinking and the rules that lie between the two."""

from collections.abc import Sequence

from core.domain import Address, Context, Example, Exchange, Incoming, Kept, RuleLine
from core.models import prompts
from core.models.chat import ChatModel
from core.preference.rule_lines import grammar, parse_rules, split_thinking
from core.store.examples import ExampleRepository
from core.tasks import CancelToken, Progress
from core.traits import Names, kept, trait_named

FORMS = ("full", "short", "empty")
_BRIEF_TOKENS = 200
_REPLY_TOKENS = 400
_RULES_TOKENS = 500


class ExampleMaker:
    def __init__(self, large: ChatModel, examples: ExampleRepository) -> None:
        self._large = large
        self._examples = examples

    def build(
        self,
        exchanges: Sequence[Exchange],
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        stage: str = "examples",
    ) -> tuple[Example, ...]:
        """One example for each exchange; those made before, by the same prompts and family of models,
        not again. Returns all of them that hold rules. Raises Cancelled, ModelError, ChildDied; what is
        made stays made."""
        report = progress or Progress()
        made = {(one.exchange, one.brief_form): one for one in self._examples.all()}
        found: list[Example] = []
        for count, exchange in enumerate(exchanges):
            report.update(stage, count, len(exchanges))
            if cancel is not None:
                cancel.check()
            example = made.get((exchange.id, form_of(exchange)))
            # Another family of models words and weighs its rules otherwise.
            made_by = (example.prompt_version, example.family) if example else None
            if example is None or made_by != (prompt_version(), self._large.family):
                example = self.make(exchange, cancel)
                self._examples.add(example)
            found.append(example)
        report.update(stage, len(exchanges), len(exchanges))
        return tuple(one for one in found if one.rules)

    def make(self, exchange: Exchange, cancel: CancelToken | None = None) -> Example:
        """One example, not stored. It may hold no rules: the replies differ in nothing, or the
        model gave none that the sent text bears out."""
        form = form_of(exchange)
        context = Context(exchange.incoming, self._notes(exchange, form, cancel))
        draft = self._complete(prompts.zero_shot(context), _REPLY_TOKENS, cancel)
        answer = self._complete(
            prompts.rules(context, draft, exchange.sent),
            _RULES_TOKENS,
            cancel,
            prefill="<think>\n",
            rules=grammar(thinking=True),
        )
        rules = borne_out(parse_rules(answer), exchange)
        thinking, version = split_thinking(answer), prompt_version()
        return Example(exchange.id, context, draft, thinking, rules, form, version, self._large.family)

    def _notes(self, exchange: Exchange, form: str, cancel: CancelToken | None) -> str:
        if form == "empty":
            return ""
        brief = self._complete(prompts.brief(exchange.sent), _BRIEF_TOKENS, cancel)
        return brief if form == "full" else shortened(brief)

    def _complete(
        self,
        prompt: prompts.Prompt,
        most: int,
        cancel: CancelToken | None,
        prefill: str = "",
        rules: str | None = None,
    ) -> str:
        return self._large.complete(
            prompt, prefill=prefill, max_tokens=most, grammar=rules, cancel=cancel
        ).text.strip()


def form_of(exchange: Exchange) -> str:
    """Which form the brief of this exchange takes: each a third, the same on every run."""
    return FORMS[int(exchange.id) % len(FORMS)]


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


def prompt_version() -> str:
    """Of the prompts examples are made with; a change makes them anew."""
    nobody = Address("", "")
    context = Context(Incoming(nobody, nobody, "", ""))
    made_with = (prompts.brief(""), prompts.zero_shot(context), prompts.rules(context, "", ""))
    return ", ".join(f"{prompt.name} {prompt.version}" for prompt in made_with)
