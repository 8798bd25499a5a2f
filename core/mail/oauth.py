"""Signing in by a provider's own web page: OAuth 2's authorisation code (RFC 6749) with PKCE (RFC 7636), the
browser's way back by loopback (RFC 8252), and new access tokens from the refresh token afterwards.

The library oauthlib writes and reads the protocol's messages; they travel by our own HTTPS, past the guard
and into the ledger."""

import json
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from core.errors import ConnectionLost, InputError, MailError, ServerBusy, SignInRefused
from core.privacy.egress import Guard, Ledger
from core.privacy.https import Https, TooMuch
from core.tasks import CancelToken

SECONDS = 20.0  # for one question to the sign-in server
PATIENCE = 900.0  # seconds that the user may take on the provider's page
_EARLY = 120.0  # seconds before its end that an access token is replaced
_USUAL_LIFE = 1800.0  # seconds, where the server does not say how long a token lives
_LARGEST = 1_000_000  # bytes of an answer
_VERIFIER = 96  # characters; RFC 7636 allows 43 to 128
_CODE = re.compile(r"[a-z_]{1,40}")  # an error's name; whatever else a server says is not shown
Show = Callable[[str], None]
_T = TypeVar("_T")


@dataclass(frozen=True)
class SignInPage:
    """Where a provider signs people in. `redirect`: the name of this machine that it lets a browser return
    to (Microsoft: 'localhost', with any port)."""

    authorize: str
    token: str
    scope: str
    redirect: Literal["127.0.0.1", "localhost"] = "127.0.0.1"


@dataclass(frozen=True)
class OAuthClient:
    """How a program is known to a provider. `secret` where its registration has one; for a program on the
    user's own machine it proves nothing (RFC 8252, 8.5), but Google asks for it."""

    client_id: str
    page: SignInPage
    secret: str = field(default="", repr=False)

    def checked(self) -> "OAuthClient":
        """Raises InputError for addresses that are not https."""
        for url in (self.page.authorize, self.page.token):
            if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
                raise InputError("The addresses of a sign-in page begin with https://; check them.")
        if not self.client_id.strip():
            raise InputError("A client id is needed to sign in by the provider's web page; see the README.")
        return self


@dataclass(frozen=True, repr=False)
class Grant:
    """What the user allowed, for the keychain."""

    client: OAuthClient
    refresh_token: str

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Grant":
        """Raises MailError for anything `to_json` did not write."""
        try:
            held = json.loads(text)
            client = held["client"]
            page = SignInPage(**client.pop("page"))
            return cls(OAuthClient(page=page, **client), held["refresh_token"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise MailError(_ENDED) from None


@dataclass(frozen=True, repr=False)
class Access:
    """A token that the mail server takes, good `until` (time.monotonic)."""

    token: str
    until: float

    @property
    def good(self) -> bool:
        return time.monotonic() < self.until


class OAuth:
    """All raise MailError."""

    def __init__(self, guard: Guard, ledger: Ledger) -> None:
        self._https = Https(guard, ledger, "sign-in", SECONDS, _LARGEST)

    def sign_in(
        self, client: OAuthClient, address: str, show: Show, cancel: CancelToken
    ) -> tuple[Grant, Access]:
        """Waits while the user signs in with the browser. `show` gets the page to open: one on this machine
        that leads to the provider, so that no program's arguments hold the address. Raises InputError,
        Cancelled within a fifth of a second."""
        import oauthlib.oauth2 as oauth

        from core.mail.loopback import Loopback  # late: its HTTP server takes 4 ms of every start

        protocol = oauth.WebApplicationClient(client.checked().client_id)
        verifier, state = protocol.create_code_verifier(_VERIFIER), secrets.token_urlsafe(32)
        with Loopback(client.page.redirect, state) as loopback:
            page = protocol.prepare_request_uri(
                client.page.authorize,
                redirect_uri=loopback.address,
                scope=client.page.scope,
                state=state,
                code_challenge=protocol.create_code_challenge(verifier, "S256"),
                code_challenge_method="S256",
                login_hint=address,
                access_type="offline",  # Google: with a refresh token
                prompt="consent" if _is_google(client) else "select_account",
            )
            loopback.lead_to(page)
            show(loopback.start)
            query = loopback.wait(cancel, PATIENCE)
            if query is None:
                raise MailError(
                    "Nobody signed in on the provider's page for a quarter of an hour; try again."
                )
            body = protocol.prepare_request_body(
                code=_code(protocol, query, state),
                redirect_uri=loopback.address,
                code_verifier=verifier,
                **_secret(client),
            )
        told = _waited(lambda: self._ask(client, body), cancel)
        if not told.get("refresh_token"):
            raise MailError(
                "The provider allowed access for an hour only; check that the client's scope has "
                "'offline_access' (Microsoft), and try again."
            )
        return Grant(client, str(told["refresh_token"])), _access(told)

    def refresh(self, grant: Grant) -> tuple[Grant, Access]:
        """A new access token. The grant may be another afterwards, and has to be kept then."""
        import oauthlib.oauth2 as oauth

        client = grant.client
        protocol = oauth.WebApplicationClient(client.client_id)
        body = protocol.prepare_refresh_body(
            refresh_token=grant.refresh_token,
            scope=client.page.scope,
            client_id=client.client_id,  # the library leaves it out, as for a client that signs in itself
            **_secret(client),
        )
        told = self._ask(client, body)
        return replace(grant, refresh_token=str(told.get("refresh_token") or grant.refresh_token)), _access(
            told
        )

    def _ask(self, client: OAuthClient, body: str) -> dict[str, Any]:
        """What the sign-in server answers, checked by the library."""
        import oauthlib.oauth2 as oauth

        status, content = self._post(client.page.token, body)
        if status == 429 or status >= 500:
            raise ServerBusy("The provider's sign-in server is busy; try again in a while.")
        try:
            told = json.loads(content)
            if not isinstance(told, dict):
                raise TypeError
            parsed = oauth.WebApplicationClient(client.client_id).parse_request_body_response(content)
        except oauth.InvalidGrantError:
            raise SignInRefused(_ENDED) from None
        except oauth.OAuth2Error as error:
            raise MailError(_refused(str(error.error))) from None
        except (ValueError, TypeError, KeyError):
            raise MailError(_NOT_UNDERSTOOD) from None
        return dict(parsed)

    def _post(self, url: str, form: str) -> tuple[int, str]:
        import httpx2  # late: an account with a password has no use for it

        try:
            answer = self._https.ask(url, form)
        except TooMuch:
            raise MailError(_NOT_UNDERSTOOD) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            raise MailError(
                "The provider's sign-in server does not answer, or cannot prove who it is; check the network."
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
            raise ConnectionLost("The connection to the provider's sign-in server broke off.") from None
        return answer.status, answer.content.decode("utf-8", "replace")


_ENDED = (
    "The provider takes this sign-in no longer; sign in again with `longhand account add ADDRESS --oauth`"
    " (nothing that was synced is lost)."
)
_NOT_UNDERSTOOD = "The provider's sign-in server gave an answer that Longhand does not understand."


def _code(protocol: Any, query: str, state: str) -> str:
    import oauthlib.oauth2 as oauth

    try:
        # The library takes https alone; that the browser came back by loopback is RFC 8252's way.
        return str(protocol.parse_request_uri_response(f"https://loopback/?{query}", state)["code"])
    except oauth.AccessDeniedError:
        raise MailError("Sign-in was declined on the provider's page; nothing was added.") from None
    except oauth.OAuth2Error as error:
        raise MailError(_refused(str(error.error))) from None


def _refused(code: str) -> str:
    known = code if _CODE.fullmatch(code) else "no reason"
    if code in ("invalid_client", "unauthorized_client"):
        return (
            f"The provider does not know this client id, or wants its secret ({known}); see 'longhand account"
            " add --help'."
        )
    return f"The provider refused the sign-in ({known}); check the client id and what it is registered for."


def _access(told: dict[str, Any]) -> Access:
    life = told.get("expires_in")
    seconds = float(life) if isinstance(life, int | float) and life > 0 else _USUAL_LIFE
    return Access(str(told["access_token"]), time.monotonic() + max(seconds - _EARLY, seconds / 2))


def _secret(client: OAuthClient) -> dict[str, str]:
    return {"client_secret": client.secret} if client.secret else {}


def _is_google(client: OAuthClient) -> bool:
    """Google hands a refresh token out only where it asked for consent; Microsoft must not ask each time."""
    return (urlsplit(client.page.authorize).hostname or "").endswith(".google.com")


def _waited(work: Callable[[], _T], cancel: CancelToken) -> _T:
    """`work`, left to itself when cancelled. Raises Cancelled, and what it raises."""
    made: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=run, name="sign-in", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
        cancel.check()
    if failed:
        raise failed[0]
    return made[0]
