"""The app's side of the reader child: raw messages in, parsed mail out, in order."""

from collections.abc import Iterator, Sequence

from core.domain import ParsedMail, Unreadable
from core.engine.messages import Parse, Parsed, ParseDone, ReaderReply, Show, Shown
from core.engine.supervisor import Child, ChildHung
from core.errors import ChildDied, InputError
from core.tasks import CancelToken

_PARSER = "core.mail.parse:parse_message"
_PAGE = "core.mail.page:page_of"
_BATCH_BYTES = 4_000_000  # in one frame; the child parses one while the next is fetched


class Reader:
    """One reader child. A message it hangs on for `patience` seconds, or dies of twice, comes back
    as Unreadable; the rest goes on."""

    def __init__(self, parser: str = _PARSER, patience: float = 10.0, idle_seconds: float = 60.0) -> None:
        """`parser` is the dotted name 'module:function' of bytes -> ParsedMail, by name because the
        app does not import what it has run apart."""
        self._parser = parser
        self._patience = patience
        self._child: Child[ReaderReply] = Child("reader", ReaderReply, idle_seconds)

    def parse(self, raw: list[bytes], cancel: CancelToken | None = None) -> list[ParsedMail | Unreadable]:
        """As many answers as messages. Raises Cancelled."""
        answers: list[ParsedMail | Unreadable] = []
        for batch in _batches(raw):
            answers += self._parse_batch(batch, cancel)
        return answers

    def page(self, raw: bytes, cancel: CancelToken | None = None) -> str:
        """A message's HTML, made safe to show; '' where it has none. Raises InputError where nothing can be
        made of it, Cancelled."""
        replies = self._child.stream(
            Show(_PAGE, raw), final=(Shown,), cancel=cancel, repeats=0, silence=self._patience
        )
        try:
            for reply in replies:
                if isinstance(reply, Shown) and reply.html is not None:
                    return reply.html
        except ChildDied:  # it hung, or crashed the child
            pass
        raise InputError("The layout of this message cannot be shown; its text is there as before.")

    def close(self) -> None:
        self._child.close()

    def _parse_batch(self, raw: Sequence[bytes], cancel: CancelToken | None) -> list[ParsedMail | Unreadable]:
        answers: list[ParsedMail | Unreadable] = []
        try:
            self._run(raw, answers, cancel, careful=False)
        except ChildDied:  # which message it was at cannot be told: the rest again, one after another
            self._parse_carefully(raw, answers, cancel)
        return answers

    def _parse_carefully(
        self, raw: Sequence[bytes], answers: list[ParsedMail | Unreadable], cancel: CancelToken | None
    ) -> None:
        died_at = -1
        while len(answers) < len(raw):
            try:
                self._run(raw[len(answers) :], answers, cancel, careful=True)
            except ChildHung:
                answers.append(Unreadable("takes too long"))
            except ChildDied:
                # Killed from outside, perhaps: this message gets one more chance.
                if died_at == len(answers):
                    answers.append(Unreadable("stops the reader"))
                else:
                    died_at = len(answers)

    def _run(
        self,
        raw: Sequence[bytes],
        answers: list[ParsedMail | Unreadable],
        cancel: CancelToken | None,
        *,
        careful: bool,
    ) -> None:
        request = Parse(self._parser, tuple(raw), careful)
        replies = self._child.stream(
            request, final=(ParseDone,), cancel=cancel, repeats=0, silence=self._patience
        )
        # extend keeps what came before an error: those messages are done.
        answers.extend(reply.mail or Unreadable("damaged") for reply in replies if isinstance(reply, Parsed))


def _batches(raw: list[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for message in raw:
        if batch and size + len(message) > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += len(message)
    if batch:
        yield batch
