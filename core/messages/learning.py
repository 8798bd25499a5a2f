"""Of learning, and of how like the user the drafts are."""

from core.domain import Adapter

EMBEDDED_SCORES = (
    "The embedded models were taught this very task by this project, on mail its own generator wrote. "
    "These scores show the machinery at work; they do not show how well Longhand writes with a real model."
)
EMBEDDED_LEARNING = (
    "The embedded models are tiny and know short English business mail only: they will learn from your mail, "
    "but they will not write well on it. Choose a real model with 'longhand models use' for drafts to keep."
)
BLIND_QUESTION = "Which sounds like you: 1, 2, t for a tie, s to skip, q to stop here"
LEARN_AGAIN = "Learn again now, from the mail that is left?"
NO_NF4 = (
    "This machine cannot calculate with four-bit weights, so the small model is held in 16 bits; learning "
    "takes more memory."
)
CANNOT_BE_TRAINED = (
    "This model is of a kind that Longhand cannot train; Qwen 2 and 3 can be, and models like Llama 2."
)
SERVICE_CANNOT_BE_TRAINED = "The writing model is a service's, which Longhand cannot train."
WAITS_FOR_DRAFT = "Learning waits while a draft is written"
WAITS_FOR_POWER = (
    "Learning waits for the power cable (learning.on_battery in settings.toml lets it go on without)"
)


def new_to_learn(count: int) -> str:
    return f"{count} replies are new since Longhand last learned; 'longhand learn' takes them in."


def edits_grow(before: float, lately: float) -> str:
    """The shares of a draft's words that were changed."""
    return (
        f"You change more in drafts than at first ({lately:.0%} of the words lately, {before:.0%} before);"
        " 'longhand learn' learns from what you changed."
    )


def verdict(live: bool, count: int, enough: bool, low: float | None) -> str:
    """What the gate decided, in words."""
    if low is None:
        return "There was nothing to judge the new preference agent by; it is kept, but not used."
    few = f" With {count} replies to judge by, that is too little mail to tell for sure; learn again later."
    few = "" if enough else few
    if live:
        return f"Guided drafts come nearer to your own replies than plain ones do; they are used now.{few}"
    return (
        f"Guided drafts do not come reliably nearer to your own replies, so the new agent is not used.{few}"
    )


def scores_in_words(
    count: int, guided: float | None, zero_shot: float | None, few_shot: float | None, recall: float | None
) -> list[str]:
    """The likeness of each kind of draft, 0 another person and 1 the person again, and what of the
    notes they state."""
    lines = [f"Measured on {count} replies, which nothing was learned from."]
    if guided is not None and zero_shot is not None:
        lines.append(
            f"On a scale from another person's reply (0) to another of the same person's own (1), a plain "
            f"draft stands at {zero_shot:.2f} and a guided one at {guided:.2f}."
        )
    if few_shot is not None:
        lines.append(f"Showing the model earlier replies instead of rules reaches {few_shot:.2f}.")
    if recall is not None:
        lines.append(f"Guided drafts state {recall:.0%} of the names, dates and amounts in the notes.")
    return lines


def hardly_differs() -> str:
    return "Guided drafts hardly differ from plain ones: the rules found so far change little."


def not_obeyed(traits: list[str]) -> str:
    return f"The writing model often does not do what these rules ask: {', '.join(traits)}."


def adapter_line(adapter: Adapter) -> str:
    """`2026-03-01 09:30, from 100 examples: likeness 0.84, style 0.71, authorship 0.90`."""
    names = {"likeness": "likeness", "style_match": "style", "authorship": "authorship"}
    scores = [f"{word} {adapter.scores[name]:.2f}" for name, word in names.items() if name in adapter.scores]
    judged = ", ".join(scores) or "not judged yet"
    return f"{adapter.created:%Y-%m-%d %H:%M}, from {adapter.examples} examples: {judged}"


def mixed_families(made_by: str, applied_by: str) -> str:
    """Of the agent's rules and the writer in use, by their families of models; empty for nothing to tell."""
    if made_by in ("", applied_by):
        return ""
    return (
        f"The preference agent learned from rules made by {made_by}, and {applied_by} writes by them now;"
        " for drafts nearer to you, learn again."
    )


def families_compared(families: int) -> str:
    """Beside the matrix; empty where it shows what it is for."""
    if families > 1:
        return ""
    return "All these models are of one family; how rules fare in another only a model of another can show."


def blind_left(count: int) -> str:
    return f"{count} questions have no answer yet; 'longhand blind' goes on with them."


def no_training_part(platform: str) -> str:
    """Learning is not installed; `platform` as sys.platform names it."""
    return f"Learning is a part of Longhand that is not installed here: {_add_learning(platform)}"


def other_training_part(platform: str) -> str:
    """Learning is installed, of another version."""
    return f"The part of Longhand that learns is of another version than the rest: {_add_learning(platform)}"


def _add_learning(platform: str) -> str:
    if platform == "win32":
        return "run Longhand's installer again with 'Learning' ticked, then learn again."
    if platform == "darwin":
        return "copy 'Longhand Training' from Longhand's disk image to where Longhand lies, then learn again."
    return "install the package longhand-training, then learn again."


def large_does_not_fit(needed: float, free: float) -> str:
    """Bytes."""
    return (
        f"This model cannot be trained here: unpacking it takes about {needed / 1e9:.1f} GB of memory,"
        f" and {free / 1e9:.1f} GB are free."
    )


def large_has_no_room(needed: float, free: float) -> str:
    """Bytes."""
    return (
        f"This model cannot be trained here: unpacked it takes {needed / 1e9:.1f} GB of disk, and"
        f" {free / 1e9:.1f} GB are free."
    )


def no_device(device: str) -> str:
    return f"There is no '{device}' to train on here; set device to 'auto' in training.toml."


def memory_short(at_once: int, batch: int, twice: bool) -> str:
    """How training goes on: so many lessons of a `batch` together, layers calculated `twice` or not."""
    how = f"{at_once} of {batch} lessons are" if at_once > 1 else f"1 of {batch} lessons is"
    slower = ", and layers are calculated twice" if twice else ""
    return f"Memory is short: {how} worked on at a time{slower}. Learning takes a little longer."


def small_in_use(name: str) -> str:
    return (
        f"{name} learns your style when you learn next; until then drafts go on with what was learned before."
    )
