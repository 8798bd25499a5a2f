"""What a sync is to bring, and what it brought: apart from the sync itself, which brings the IMAP library."""

from dataclasses import dataclass, field

from core.store.settings import Exclude, SyncLimits


@dataclass(frozen=True)
class SyncResult:
    """New messages stored, by who wrote them; `unreadable` were skipped."""

    sent: int
    received: int
    seconds: float
    unreadable: int = 0


@dataclass(frozen=True)
class Wanted:
    """What the user wants of a mailbox. `sent` is the folder of sent mail where they named it."""

    exclude: Exclude = field(default_factory=Exclude)
    limits: SyncLimits = field(default_factory=SyncLimits)
    sent: str = ""
