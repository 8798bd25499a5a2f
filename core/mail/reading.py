"""What sync, import and `longhand text` need of the reader child. Mail imports no engine: the caller
hands one over."""

from collections.abc import Sequence
from typing import Protocol

from core.domain import ParsedMail, Unreadable
from core.tasks import CancelToken


class Reader(Protocol):
    """`parse` gives one result a message, in order. Raises Cancelled."""

    def parse(
        self, raw: list[bytes], cancel: CancelToken | None = None
    ) -> Sequence[ParsedMail | Unreadable]: ...


class DirectReader:
    """Reads in this process: for mail Longhand wrote itself, and for tests. A stranger's mail goes
    through the reader child."""

    def parse(self, raw: list[bytes], cancel: CancelToken | None = None) -> list[ParsedMail]:
        # Late: the HTML libraries behind it cost the app a tenth of a second at its start.
        from core.mail.parse import parse_message

        if cancel is not None:
            cancel.check()
        return [parse_message(one) for one in raw]
