"""New versions, for whoever wants to be told: asked for at one address, once a day in the window, and
remembered. They are shown; nothing is ever fetched or replaced."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from core.errors import InputError, UpdatesError
from core.privacy.egress import Guard, Ledger
from core.privacy.https import Https, TooMuch
from core.privacy.policy import Policy
from core.store.jobs import JobRepository
from core.store.kept_settings import KeptSettings
from core.store.settings import NewVersions
from core.updates import sentences
from core.updates.statement import LARGEST, Statement, is_newer, read

_PURPOSE = "new versions"
_TYPE = "application/json"
_DAY = timedelta(days=1)
_SECONDS, _WHOLE = 5.0, 10.0  # for each connect and read, and for all of it
_ASKED, _HEARD, _FAULT, _TOLD = "updates/asked", "updates/heard", "updates/fault", "updates/told"


@dataclass(frozen=True)
class Source:
    """Where statements come from, and the public key (Ed25519, 32 bytes) they are signed under."""

    address: str
    key: bytes

    @property
    def is_set_up(self) -> bool:
        """No name that ends so can exist (RFC 2606): nobody is asked."""
        return not (urlsplit(self.address).hostname or "").endswith(".example")


# Both stand in until there is a first release, which needs real ones: docs/releasing.md.
OURS = Source(
    "https://longhand.example/versions.json",
    bytes.fromhex("fd5950df706e0b1f1fe872bc7dbb41a109ffd06e720e6edd4d90554e37dfa994"),
)


@dataclass(frozen=True)
class Heard:
    """The newest statement that was taken, and when."""

    statement: Statement
    at: datetime


@dataclass(frozen=True)
class News:
    """`on`: the user wants to be told; `allowed`: the firm's policy lets them. `version` and `page`: the
    newest that is known of, '' for none; `newer` than this program, whose own version is `own`. `heard`:
    when; `fault`: a sentence on why asking again came to nothing."""

    on: bool
    allowed: bool
    own: str
    version: str = ""
    page: str = ""
    newer: bool = False
    heard: datetime | None = None
    fault: str = ""

    @property
    def told(self) -> str:
        """In a sentence or two."""
        if not self.allowed:
            return sentences.FORBIDDEN
        if not self.on:
            return sentences.TURN_ON
        return sentences.state(self.own, self.version if self.newer else "", self.heard, self.fault)


class Updates:
    def __init__(
        self,
        settings: KeptSettings,
        policy: Policy,
        jobs: JobRepository,
        guard: Guard,
        ledger: Ledger,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._policy = settings, policy
        self._jobs, self._guard, self._ledger, self._now = jobs, guard, ledger, now

    @property
    def news(self) -> News:
        """What is known, without asking anybody."""
        from importlib.metadata import version  # late: 5 ms of every start

        own = version("longhand")
        heard = self._heard
        newest = heard.statement if heard else None
        return News(
            self._on,
            self._policy.allows_updates,
            own,
            newest.version if newest else "",
            newest.page if newest else "",
            newest is not None and is_newer(newest.version, own),
            heard.at if heard else None,
            self._jobs.get(_FAULT, str) or "",
        )

    @property
    def due(self) -> bool:
        """Whether a day has passed since the last question, whatever came of it. Never where it is off."""
        if not (self._on and self._policy.allows_updates):
            return False
        asked = self._jobs.get(_ASKED, datetime)
        return asked is None or not timedelta(0) <= self._now() - asked < _DAY

    def turn(self, on: bool) -> None:
        """Raises UpdatesError where the firm's policy is against it."""
        if on:
            self._check_policy()
        self._settings.save(replace(self._settings.now, updates=NewVersions(on)))
        self._jobs.clear(_FAULT)

    def ask(self) -> News:
        """One question, whose answer `news` has from then on. Raises InputError where the user has not turned
        it on, and UpdatesError for an answer that is none or not to be trusted."""
        if not self._on:
            raise InputError(sentences.TURN_ON)
        self._check_policy()
        self._jobs.set(_ASKED, self._now())
        try:
            self._take(read(self._fetch(), OURS.key, self._now()))
        except UpdatesError as error:
            self._jobs.set(_FAULT, str(error))
            raise
        self._jobs.clear(_FAULT)
        return self.news

    def notice(self) -> str:
        """A sentence on a newer version, for each of them once; empty for nothing."""
        news = self.news
        if not (news.on and news.newer) or self._jobs.get(_TOLD, str) == news.version:
            return ""
        self._jobs.set(_TOLD, news.version)
        return sentences.notice(news.version)

    def _fetch(self) -> bytes:
        if not OURS.is_set_up:
            raise UpdatesError(sentences.NO_ADDRESS)
        import httpx2  # late, as in Https

        try:
            answer = Https(self._guard, self._ledger, _PURPOSE, _SECONDS, LARGEST, _WHOLE).ask(OURS.address)
        except TooMuch:
            raise UpdatesError(sentences.NO_STATEMENT) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
            raise UpdatesError(sentences.AWAY) from None
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UpdatesError(sentences.AWAY)
        if answer.status != HTTPStatus.OK or answer.kind != _TYPE:
            raise UpdatesError(sentences.NO_STATEMENT)
        return answer.content

    def _take(self, statement: Statement) -> None:
        """An older one than is known, or another under its serial, is somebody's trick, or a slip of ours."""
        known = self._heard.statement if self._heard else None
        if known and (
            statement.serial < known.serial or (statement.serial == known.serial and statement != known)
        ):
            raise UpdatesError(sentences.OLDER)
        self._jobs.set(_HEARD, Heard(statement, self._now()))

    @property
    def _on(self) -> bool:
        return self._settings.now.updates.tell

    @property
    def _heard(self) -> Heard | None:
        return self._jobs.get(_HEARD, Heard)

    def _check_policy(self) -> None:
        if not self._policy.allows_updates:
            raise UpdatesError(sentences.FORBIDDEN)
