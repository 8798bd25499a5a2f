"""One question over https: its host let through the guard for that alone, and on the ledger."""

import time
from dataclasses import dataclass
from math import inf
from urllib.parse import urljoin, urlsplit

from core.privacy.egress import Guard, Ledger


class TooMuch(ValueError):
    """More came, or came slower, than was allowed."""


@dataclass(frozen=True)
class Answer:
    """`moved_to`: of a redirect, which is not followed, the whole address. `kind`: what the content is
    said to be, such as 'application/json'."""

    status: int
    content: bytes = b""
    moved_to: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Https:
    """`seconds`: for each connection and each pause of an answer; `whole`: for all of it, however slowly it
    drips; `largest`: bytes of an answer."""

    guard: Guard
    ledger: Ledger
    purpose: str
    seconds: float
    largest: int
    whole: float = inf

    def ask(self, url: str, form: str | None = None) -> Answer:
        """A GET, of whose answer the content is read if it is a 200, or a POST of a form. Raises TooMuch,
        httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError."""
        import ssl

        import httpx2  # late, both: a window that opens and a sync have no use for them

        host = urlsplit(url).hostname or ""
        content = b""
        late = time.monotonic() + self.whole
        headers = {"Accept-Encoding": "identity", "User-Agent": "Longhand"}
        if form is not None:
            headers |= {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        sent = None if form is None else form.encode()
        try:
            with (
                self.guard.allowing(host),
                # No proxy of the environment's: the guard would have to let that through for everything.
                httpx2.Client(
                    verify=ssl.create_default_context(),
                    trust_env=False,
                    timeout=self.seconds,
                    headers=headers,
                ) as client,
                client.stream("GET" if form is None else "POST", url, content=sent) as answer,
            ):
                if form is None and answer.status_code != 200:
                    moved = answer.headers.get("location", "") if answer.is_redirect else ""
                    return Answer(answer.status_code, moved_to=urljoin(url, moved) if moved else "")
                for piece in answer.iter_raw():
                    content += piece
                    if len(content) > self.largest or time.monotonic() > late:
                        raise TooMuch
                kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Answer(answer.status_code, content, kind=kind)
        finally:
            self.ledger.note(host, self.purpose, len(url if form is None else form), len(content))
