"""Of a draft: what it lacks, and what in it to check."""

from core.domain import Finding

NO_ADAPTER = "Nothing is learned yet: this draft follows your rule book and your own earlier replies."
ADAPTER_NOT_LIVE = (
    "No preference agent is in use ('longhand adapters list' shows how they fared): this draft follows your "
    "rule book and your own earlier replies."
)
NEVER_SENT = "Longhand saves drafts; it never sends mail."


def left_out_of_thread(mails: int, shortened: int, words: int) -> str:
    """What of a long thread a draft was written without; empty for nothing. See core.drafting.thread_cut."""
    parts = []
    if mails:
        parts.append(
            f"{_count(mails, 'earlier mail')} of this thread (the newest and those nearest to this one were)"
        )
    if shortened:
        parts.append(f"the end of {_count(shortened, 'long earlier mail')}")
    if words:
        parts.append(f"the last {_count(words, 'word')} of the mail itself")
    return f"Not read for this draft: {'; '.join(parts)}." if parts else ""


def on_processor(graphics_failed: bool) -> str:
    """Empty where a graphics card did not fail."""
    if not graphics_failed:
        return ""
    return (
        "The graphics card could not run this model, perhaps for lack of memory of its own, so the processor"
        " wrote this, which is slower; a smaller model may fit the card."
    )


def cut_by_model(tokens: int) -> str:
    """Empty for none."""
    if not tokens:
        return ""
    return (
        f"The model's context is too small for all of this: {_count(tokens, 'token')} at the end of the"
        " longest text were left out; shorten the notes or choose a model with a larger context."
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def finding_line(finding: Finding) -> str:
    return f"Check '{finding.text}': {finding.reason}."
