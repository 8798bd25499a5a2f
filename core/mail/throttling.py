"""When a mail server asks to be left alone for a while, and for how long."""

import re

from core.errors import ServerBusy

# Codes of RFC 5530, and what large providers say. OVERQUOTA alone is a mailbox that is full.
_BUSY = re.compile(
    r"\[(?:UNAVAILABLE|INUSE|LIMIT|THROTTLED)\]|throttl|too many (?:simultaneous |concurrent )?"
    r"(?:connections|logins|requests|commands)|bandwidth limit|rate limit|exceeded command|server is busy|"
    r"try again later|temporar(?:y|ily) (?:unavailable|system problem)|maximum number of connections",
    re.IGNORECASE,
)
_BACKOFF = re.compile(r"backoff time:?\s*(\d{1,9})\s*(milliseconds|ms|seconds|s)\b", re.IGNORECASE)


def is_busy(text: str) -> bool:
    """Whether a server's answer asks for a pause rather than refuses."""
    return bool(_BUSY.search(text))


def busy(text: str) -> ServerBusy:
    """The error for such an answer, with the pause it names ('Backoff Time: 299923 milliseconds')."""
    match = _BACKOFF.search(text)
    seconds = 0.0
    if match:
        seconds = int(match[1]) / (1000 if match[2].lower().startswith("m") else 1)
    wait = f" for {max(1, round(seconds / 60))} min" if seconds else " for a while"
    return ServerBusy(f"The mail server asks to be left alone{wait}; what was synced is kept.", seconds)
