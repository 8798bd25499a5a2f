"""The sample IMAP server's own process: pymap with its in-memory back end, filled with the mailbox that
arrives on stdin, listening on loopback until stdin ends. Started by core.sample.server."""

import asyncio
import base64
import json
import logging
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import IO, Any

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Identity, Login, Session
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.config import BackendCapability
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.selected import SelectedMailbox
from pysasl.creds.server import ServerCredentials

# mypy sees the classes of pymap as Any: hence the ignores at the classes below.

Listing = Iterable[tuple[str, str | None, Sequence[bytes]]]


class _SpecialUseSession(Session):  # type: ignore[misc]
    """pymap lists folders without RFC 6154's attributes; real servers give them."""

    uses: dict[str, bytes]

    async def list_mailboxes(
        self, ref_name: str, filter_: str, subscribed: bool = False, selected: SelectedMailbox | None = None
    ) -> tuple[Listing, SelectedMailbox | None]:
        folders, updates = await super().list_mailboxes(ref_name, filter_, subscribed, selected)
        return [(name, sep, _with_use(attrs, self.uses.get(name))) for name, sep, attrs in folders], updates


def _with_use(attributes: Sequence[bytes], use: bytes | None) -> list[bytes]:
    return [*attributes, use] if use else list(attributes)


class _Config(Config):  # type: ignore[misc]
    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=True, multi_append=True, custom=[b"SPECIAL-USE"])


class _Identity(Identity):  # type: ignore[misc]
    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        async with super().new_session() as plain:
            session = _SpecialUseSession(self.name, self.config, plain.mailbox_set, plain.filter_set)
            session.uses = self.login.uses
            yield session


class _Login(Login):  # type: ignore[misc]
    uses: dict[str, bytes]

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        known = await super().authenticate(credentials)
        return _Identity(known.name, self, None, known.roles)

    async def authorize(self, authenticated: Any, authzid: str) -> Identity:
        known = await super().authorize(authenticated, authzid)
        return _Identity(known.name, self, None, known.roles)


def main() -> None:
    """Reads one line of JSON from stdin, serves, writes `{"port": N}` as one line to stdout, and returns when
    stdin ends: with its parent, however that dies."""
    logging.disable(logging.CRITICAL)  # pymap logs what it serves
    asyncio.run(_serve(sys.stdin.buffer, sys.stdout))


async def _serve(asked: IO[bytes], told: IO[str]) -> None:
    loop = asyncio.get_running_loop()
    order = json.loads(await loop.run_in_executor(None, asked.readline))
    config = _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        host="127.0.0.1",
        port=int(order.get("port", 0)),
        tls_enabled=False,
        invalid_user_sleep=0.1,
        demo_data=False,
        demo_user=order["user"],
        demo_password=order["password"],
    )
    login = _Login(config)
    login.uses = {f["name"]: f["use"].encode() for f in order["folders"] if f["use"]}
    await DictBackend._add_demo_user(config, login)
    config.apply_context()
    config.set_cache[order["user"]] = (await _mailboxes(order["folders"]), FilterSet())
    connected = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
    server = await asyncio.start_server(connected, "127.0.0.1", config.port)
    told.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    told.flush()
    async with server:
        await loop.run_in_executor(None, asked.read)


async def _mailboxes(folders: list[dict[str, Any]]) -> MailboxSet:
    made = MailboxSet()
    for folder in folders:
        if folder["name"] != "INBOX":
            await made.add_mailbox(folder["name"])
        mailbox = await made.get_mailbox(folder["name"])
        mailbox._uid_validity = folder["uid_validity"]
        mailbox._max_uid = 0  # pymap begins at 101
        for message in folder["messages"]:
            raw = base64.b64decode(message["raw"])
            when = datetime.fromtimestamp(message["received"], UTC)
            flags = frozenset(Flag(flag.encode()) for flag in message["flags"])
            await mailbox.append(AppendMessage(raw, when, flags))
    return made


if __name__ == "__main__":
    main()
