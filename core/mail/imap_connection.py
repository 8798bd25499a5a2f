"""A signed-in connection to an IMAP server, by TLS or on this machine. What fails on it leaves as a MailError
with a sentence for the user."""

import contextlib
import imaplib
import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from core.errors import ConnectionLost, MailError, SignInRefused
from core.mail.throttling import busy, is_busy
from core.mail.trust import tls_context
from core.store.accounts import Account

CONNECT_SECONDS, READ_SECONDS = 20.0, 60.0
_CAPABILITIES = re.compile(rb"\[CAPABILITY ([^\]]+)\]")
NOT_UNDERSTOOD = "The mail server gave an answer that Longhand does not understand; try again later."
_BROKE_OFF = "The connection to the mail server broke off; try again, what was synced is kept."
_REFUSED = (
    "The mail server refused the user name or the password; check both with `longhand account add` (many"
    " providers want an app password)."
)
_PAGE_REFUSED = (
    "The mail server does not take the sign-in for this address; sign in on the provider's page as the owner"
    " of the mailbox, and see that the mailbox allows IMAP."
)


class UnreadableAnswer(MailError):
    """An answer that came whole, but in a form neither we nor the library know."""


def connected(account: Account, secret: str) -> IMAPClient:
    """`secret`: the password, or an access token. Raises MailError, SignInRefused."""
    with speaking():
        client = _connect(account)
        try:
            _sign_in(client, account, secret)
        except BaseException:
            hang_up(client)
            raise
    return client


@contextmanager
def speaking() -> Iterator[None]:
    """Turns what the library and the socket raise into one sentence, its cause kept for the debugger
    but not its text: a server may quote mail in it."""
    try:
        yield
    except (IMAPClientError, imaplib.IMAP4.error, OSError, ValueError, KeyError, AssertionError) as error:
        raise _known(error) from None


def hang_up(client: IMAPClient) -> None:
    with contextlib.suppress(OSError, AttributeError, imaplib.IMAP4.error):
        client.shutdown()


def _connect(account: Account) -> IMAPClient:
    if account.tls == "none" and not _is_loopback(account.host):
        raise MailError("Mail without TLS is possible on this machine alone; choose TLS for this account.")
    logging.getLogger("imapclient").setLevel(logging.WARNING)  # below that it logs user names and mail
    timeout = SocketTimeout(CONNECT_SECONDS, READ_SECONDS)
    context = None if account.tls == "none" else tls_context(account.authority)
    implicit = account.tls == "implicit"
    client = IMAPClient(
        account.host, account.port, ssl=implicit, ssl_context=context if implicit else None, timeout=timeout
    )
    client._imap.debug = 0  # the library sets 5, and imaplib then keeps a log of commands
    if account.tls == "starttls":
        try:
            client.starttls(context)
        except BaseException:
            hang_up(client)
            raise
    return client


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sign_in(client: IMAPClient, account: Account, secret: str) -> None:
    try:
        if account.sign_in == "oauth":
            told = _by_token(client, account, secret)
        elif secret.isascii() and account.user.isascii():
            told = client.login(account.user, secret)
        else:  # LOGIN is ASCII alone (RFC 3501); SASL PLAIN is UTF-8
            told = client.plain_login(account.user, secret)
    except LoginError as error:
        # The library takes a line that breaks off for a refusal too.
        if isinstance(error.__context__, imaplib.IMAP4.abort):
            raise error.__context__ from None
        if is_busy(str(error)):
            raise
        raise SignInRefused(_PAGE_REFUSED if account.sign_in == "oauth" else _REFUSED) from error
    if match := _CAPABILITIES.search(told if isinstance(told, bytes) else b""):
        client._cached_capabilities = tuple(match[1].upper().split())  # spares a round trip
    else:  # what was told before signing in is worth nothing any more
        client._cached_capabilities = None


def _by_token(client: IMAPClient, account: Account, token: str) -> Any:
    """By the standard's mechanism (RFC 7628) where the server has it, else by that of Google and
    Microsoft. Raises LoginError."""
    user = account.user
    if client.has_capability("AUTH=OAUTHBEARER"):
        name = user.replace("=", "=3D").replace(",", "=2C")
        answer = f"n,a={name},\1host={account.host}\1port={account.port}\1auth=Bearer {token}\1\1"
        # Not the client's own: it leaves host and port out, which the RFC asks for.
        return client.sasl_login("OAUTHBEARER", _once(answer, b"\1"))
    if client.has_capability("AUTH=XOAUTH2"):
        return client.sasl_login("XOAUTH2", _once(f"user={user}\1auth=Bearer {token}\1\1", b""))
    raise MailError("This mail server takes no sign-in by a provider's web page; use a password instead.")


def _once(first: str, then: bytes) -> Callable[[bytes], bytes]:
    """A mechanism of one answer. A server that refuses it says why first, and is told to go on (RFC 7628,
    3.2.3)."""
    answers = iter([first.encode()])
    return lambda _: next(answers, then)


def _known(error: Exception) -> MailError:
    text = str(error)
    if is_busy(text):
        return busy(text)
    told = isinstance(error, (OSError, imaplib.IMAP4.abort)) and not isinstance(
        error, (ssl.SSLError, socket.gaierror, TimeoutError, ConnectionRefusedError, imaplib.IMAP4.readonly)
    )
    return ConnectionLost(_BROKE_OFF) if told else MailError(_sentence(error))


def _sentence(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            "The mail server's certificate could not be verified; check the server's name in the account, and"
            " see `longhand account add --ca` where your firm has a certificate authority of its own."
        )
    if isinstance(error, ssl.SSLError):
        return "No secure connection to the mail server could be made; check the port and the TLS setting."
    if isinstance(error, (CapabilityError, imaplib.IMAP4.readonly)):
        return "The mail server cannot do what was asked of it; check the TLS setting of the account."
    if isinstance(error, socket.gaierror):
        return "The mail server's name was not found; check the account and the network."
    if isinstance(error, (TimeoutError, ConnectionRefusedError)):
        return "The mail server does not answer; check the network and the account, then try again."
    return NOT_UNDERSTOOD
