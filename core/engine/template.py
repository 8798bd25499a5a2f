"""From a model's chat template and a prompt to the pieces that are tokenised one by one.

The template is rendered round a sentinel instead of the user's turn and cut there, so no text of a
mail ever passes through it. The trainer and the embedded models' recipe build their token ids from
the same functions; the ids agree because the pieces do.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core.errors import ModelError

_HEAD = 48  # tokens of a cut piece that stay: who wrote, and about what
_SENTINEL = "\ue000longhand\ue001"  # private-use characters: in no template and in no trim's reach


def split_template(template: str, bos: str, eos: str, thinking: bool) -> tuple[str, str]:
    """What stands before the user's turn, and after it up to where the answer begins. `thinking`
    lets templates that know the switch leave room for thoughts.

    Raises ModelError for a template that fails or does not hold the turn exactly once."""
    try:
        text = _render(template, bos, eos, thinking)
    except Exception as error:  # a template is a program of the model's maker: anything may come
        raise ModelError(
            "This model's chat template cannot be used; choose another instruct model."
        ) from error
    before, found, after = text.partition(_SENTINEL)
    if not found or _SENTINEL in after:
        raise ModelError("This model's chat template does not take a user's turn; choose an instruct model.")
    return before, after


def assemble(
    before: str, segments: Iterable[tuple[str, bool]], after: str, prefill: str
) -> list[tuple[str, bool]]:
    """The whole prompt as (text, ours) pieces; neighbours of one kind are joined, empty ones dropped."""
    if prefill and after.rstrip().endswith(prefill.strip()):
        prefill = ""  # some templates open the thinking themselves
    pieces: list[tuple[str, bool]] = []
    for text, ours in [(before, True), *segments, (after + prefill, True)]:
        if pieces and pieces[-1][1] == ours:
            pieces[-1] = (pieces[-1][0] + text, ours)
        elif text:
            pieces.append((text, ours))
    return pieces


def defuse(text: str, markers: Iterable[str]) -> list[str]:
    """Data cut inside every marker ('<think>', ...), to be tokenised bit by bit: tokenisers find
    user-defined tokens even where special tokens are off."""
    bits = [text]
    for marker in markers:
        bits = [bit for whole in bits for bit in _cut(whole, marker)]
    return bits


def shorten(pieces: list[tuple[list[int], bool]], limit: int) -> int:
    """Cuts (ids, ours) pieces in place to `limit` tokens in all, and says how many went: data alone,
    its longest piece first and from the end, where quotes and old threads are. What is left may
    still be too long, where our own frame is."""
    over = gone = max(0, sum(len(ids) for ids, _ in pieces) - limit)
    while over > 0:
        longest = max((ids for ids, ours in pieces if not ours), key=len, default=[])
        cut = min(over, len(longest) - _HEAD)
        if cut <= 0:
            break
        del longest[len(longest) - cut :]
        over -= cut
    return gone - over


def _cut(text: str, marker: str) -> list[str]:
    # Before the first letter: there most pre-tokenisers part a text anyway, so the ids are those of
    # the same characters in a tokeniser that knows no markers.
    place = next((i for i, character in enumerate(marker) if character.isalnum()), 1)
    head, *rest = text.split(marker)
    bits = [head]
    for following in rest:
        bits[-1] += marker[:place]
        bits.append(marker[place:] + following)
    return bits


def _render(template: str, bos: str, eos: str, thinking: bool) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    return environment.from_string(template).render(
        messages=[{"role": "user", "content": _SENTINEL}],
        add_generation_prompt=True,
        enable_thinking=thinking,
        bos_token=bos,
        eos_token=eos,
    )


def _refuse(_message: Any) -> None:
    raise ValueError
