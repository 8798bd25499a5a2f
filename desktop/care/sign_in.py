"""What the user types to sign in to a mail account."""

from dataclasses import dataclass

from core.store.accounts import Account


@dataclass(frozen=True, repr=False)
class SignIn:
    """Has no repr, so that no log can hold the password."""

    account: Account
    password: str
