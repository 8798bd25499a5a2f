"""What the user types to sign in to a mail account."""

from dataclasses import dataclass

from core.mail.clients import GivenClient
from core.store.accounts import Account


@dataclass(frozen=True, repr=False)
class SignIn:
    """Has no repr, so that no log can hold the password. `client`: to sign in by the provider's web page
    instead."""

    account: Account
    password: str
    client: GivenClient | None = None
