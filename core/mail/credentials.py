"""What an account signs in with: its password, or a token that was made from what the user allowed on the
provider's page. Both lie in the keychain; access tokens, good for an hour, in memory alone."""

import threading

from core.domain import AccountId
from core.errors import MailError
from core.mail.oauth import Access, Grant, OAuth
from core.privacy.keychain import Keychain
from core.store.accounts import Account


class Credentials:
    """All may be called from any thread, and raise ProfileError for a keychain that does not answer."""

    def __init__(self, keychain: Keychain, oauth: OAuth) -> None:
        self._keychain, self._oauth = keychain, oauth
        self._access: dict[AccountId, Access] = {}
        self._lock = threading.Lock()

    def keep_password(self, account: Account, password: str) -> None:
        self._keep(account, password, None)

    def keep_grant(self, account: Account, grant: Grant, access: Access) -> None:
        self._keep(account, grant.to_json(), access)

    def forget(self, account: Account) -> None:
        self._keychain.delete(account.secret_name)
        with self._lock:
            self._access.pop(account.id, None)

    def secret(self, account: Account) -> str:
        """The password, or an access token that is good for a while. Raises MailError."""
        if account.sign_in == "password":
            return self._kept(account)
        with self._lock:  # two sessions at once must not both use up a refresh token
            access = self._access.get(account.id)
            if access is None or not access.good:
                access = self._renewed(account)
            return access.token

    def renew(self, account: Account, refused: str) -> bool:
        """After a server refused a token before its time: whether there is another one now. Raises
        MailError where the provider takes the sign-in no longer."""
        if account.sign_in == "password":
            return False
        with self._lock:
            access = self._access.get(account.id)
            if access is None or access.token == refused:
                self._renewed(account)
        return True

    def _renewed(self, account: Account) -> Access:
        before = Grant.from_json(self._kept(account))
        grant, access = self._oauth.refresh(before)
        # Kept before it is used: Microsoft and others replace a refresh token by using it.
        if grant.refresh_token != before.refresh_token:
            self._keychain.set(account.secret_name, grant.to_json())
        self._access[account.id] = access
        return access

    def _kept(self, account: Account) -> str:
        kept = self._keychain.get(account.secret_name)
        if kept is None:
            raise MailError("The password of this account is not in the keychain; add the account again.")
        return kept

    def _keep(self, account: Account, secret: str, access: Access | None) -> None:
        self._keychain.set(account.secret_name, secret)
        with self._lock:
            self._access.pop(account.id, None)
            if access is not None:
                self._access[account.id] = access
