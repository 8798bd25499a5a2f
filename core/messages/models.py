"""Of the models that write, on this machine or as a service."""

from collections.abc import Sequence

FIRST_REQUEST = "This is sent to the model service, and nothing else:\n"


def cloud_judges(model: str, host: str) -> str:
    return (
        f"{model} at {host} judges: the mails compared on, your real replies to them and the drafts are sent "
        "there."
    )


def cloud_learns(model: str, host: str, examples: int, redact: bool) -> str:
    """At most so many examples are made."""
    how = ", without the names, addresses and numbers that Longhand finds in them" if redact else ""
    return (
        f"{model} at {host} makes what is learned from: up to {examples} of your sent mails, with the mails"
        f" they answer, are sent there, each several times, and then those that it is judged by{how}."
    )


def cloud_in_use(model: str, host: str, redact: bool) -> str:
    how = "without the names, addresses and numbers that Longhand finds in them, " if redact else ""
    return (
        f"{model} at {host} writes from now on: the mail you answer, your notes and your rules are sent "
        f"there, {how}once you have seen it. See 'longhand privacy preview' for the exact text."
    )


def graphics(name: str, description: str, memory_mb: int) -> str:
    """A graphics card that llama.cpp can use."""
    return f"{description} ({name}, {memory_mb / 1000:.1f} GB)"


def card_gave_up(card: str, model: str, better: str) -> str:
    """`card` is '' where nothing is known of it; `better` a model that may fit it, '' for none."""
    named = f" {card}" if card else ""
    told = (
        f"The graphics card{named} did not run {model}, perhaps for lack of memory of its own, so the"
        " processor does, which is slower."
    )
    return f"{told} {better} may fit the card: 'longhand models get {better}'." if better else told


def card_does_not_work(card: str) -> str:
    return (
        f"The graphics card{f' {card}' if card else ''} does not run even the smallest model, so the"
        " processor does all, which is slower; a newer driver for the card may help."
    )


def pace(words: float, measured: bool) -> str:
    """How fast a model writes on this machine, in a sentence; empty where nothing is known."""
    if not words:
        return ""
    count = f"{words:.0f}" if words >= 10 else f"{words:.1f}"
    told = "wrote its last draft here at" if measured else "would write here, without a GPU, at about"
    return f"It {told} {count} words a second."


def offer(file: str, repo: str, host: str, size: int, licence: str) -> str:
    """What a download would bring; `size` in bytes."""
    told = f"its licence, says its page, is '{licence}'" if licence else "its page states no licence"
    return f"{file} of {repo}, from {host}: {size / 1e6:.0f} MB; {told}."


def cloud_terms(
    enabled: bool, model: str, accounts: Sequence[str], redact: bool, words: Sequence[str]
) -> list[str]:
    """The terms on which a model service is used, a line each."""
    if not model:
        return ["No model service is set up; 'longhand models use cloud' does so."]
    own = f" and {len(words)} words of your own" if words else ""
    return [
        f"{model}: {'on' if enabled else 'off'}.",
        f"For mail to: {', '.join(accounts) or 'no account'}.",
        f"Names, addresses and numbers{own} {'stay here' if redact else 'are sent as they stand'}.",
    ]


def cloud_used(used: tuple[int, int], limits: tuple[int, int]) -> str:
    """Requests and tokens of this month; a limit of 0 is none."""
    counts = [
        f"{count} {what}{f' of {limit}' if limit else ''}"
        for count, limit, what in zip(used, limits, ("requests", "tokens"), strict=True)
    ]
    return f"Used this month: {', '.join(counts)}."
