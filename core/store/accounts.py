"""Mail accounts, without their passwords: those are in the keychain."""

from dataclasses import dataclass
from typing import Literal

from core.domain import AccountId, Address
from core.store.database import Database, Row

Tls = Literal["implicit", "starttls", "none"]
SignIn = Literal["password", "oauth"]


@dataclass(frozen=True)
class Account:
    """`host` is empty for mail that was imported from files. `id` is ignored by `add`. `authority`: the
    certificates, in PEM, that the user trusts for this server beside the system's own."""

    id: AccountId
    address: str
    name: str
    host: str
    port: int
    tls: Tls
    user: str
    sign_in: SignIn = "password"
    authority: str = ""

    @property
    def identity(self) -> Address:
        return Address(self.name, self.address)

    @property
    def secret_name(self) -> str:
        """Under which the keychain holds the password, or what the user allowed on a provider's page."""
        return f"account-{self.id}"


class AccountRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: Account) -> AccountId:
        """An account with this address is brought up to date instead, and keeps its id."""
        row = self._database.read_one("SELECT id FROM accounts WHERE email = ?", (account.address.lower(),))
        values = (
            account.name,
            account.host,
            account.port,
            account.tls,
            account.user,
            account.sign_in,
            account.authority,
        )
        if row is not None:
            self._database.write(
                "UPDATE accounts SET name = ?, host = ?, port = ?, tls = ?, user = ?, sign_in = ?,"
                " authority = ? WHERE id = ?",
                (*values, row[0]),
            )
            return AccountId(row[0])
        return AccountId(
            self._database.write(
                "INSERT INTO accounts (name, host, port, tls, user, sign_in, authority, email)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, account.address.lower()),
            )
        )

    def get(self, account: AccountId) -> Account | None:
        row = self._database.read_one(f"{_SELECT} WHERE id = ?", (account,))
        return _account(row) if row else None

    def by_address(self, address: str) -> Account | None:
        row = self._database.read_one(f"{_SELECT} WHERE email = ?", (address.lower(),))
        return _account(row) if row else None

    def all(self) -> tuple[Account, ...]:
        return tuple(_account(row) for row in self._database.read(f"{_SELECT} ORDER BY id"))

    def remove(self, account: AccountId) -> None:
        """With all its messages and what was learned from them alone."""
        self._database.write("DELETE FROM accounts WHERE id = ?", (account,))


_SELECT = "SELECT id, email, name, host, port, tls, user, sign_in, authority FROM accounts"


def _account(row: Row) -> Account:
    return Account(AccountId(row[0]), *row[1:])
