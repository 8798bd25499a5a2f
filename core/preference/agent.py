"""The preference agent: the small model with this user's adapter turns a message into rules."""

from core.domain import Context, RuleLine
from core.models import prompts
from core.models.chat import ChatModel, Question
from core.preference.rule_lines import grammar, parse_rules
from core.tasks import CancelToken

_MOST_TOKENS = 300
_THOUGHTS = 400  # tokens more for one that thinks first


class PreferenceAgent:
    """`model` is M_A: the small model, its adapter on; `thinking`: one that was trained to think first."""

    def __init__(self, model: ChatModel, thinking: bool = False) -> None:
        self._model = model
        self._thinking = thinking

    def rules_for(self, context: Context, cancel: CancelToken | None = None) -> list[RuleLine]:
        """The style rules for the reply to `context`. Raises Cancelled, ModelError, ChildDied."""
        question = Question(
            prompts.agent(context),
            _MOST_TOKENS + (_THOUGHTS if self._thinking else 0),
            "<think>\n" if self._thinking else "",
            grammar(self._thinking),
        )
        done = self._model.complete(question, cancel=cancel)
        if self._thinking and "</think>" not in done.text:
            return []  # it never came to an end: thoughts are no rules
        return list(parse_rules(done.text))
