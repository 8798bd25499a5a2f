"""The preference agent: the small model with this user's adapter turns a message into rules."""

from core.domain import Context, RuleLine
from core.models import prompts
from core.models.chat import ChatModel
from core.preference.rule_lines import grammar, parse_rules
from core.tasks import CancelToken

_MOST_TOKENS = 300


class PreferenceAgent:
    """`model` is M_A: the small model, its adapter on."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> list[RuleLine]:
        """The style rules for the reply to `context`. Raises Cancelled, ModelError, ChildDied."""
        done = self._model.complete(
            prompts.agent(context), max_tokens=_MOST_TOKENS, grammar=grammar(), cancel=cancel
        )
        return list(parse_rules(done.text))
