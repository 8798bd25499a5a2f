"""Reads the file in which a domain tells how its mail is reached (Mozilla's autoconfig, `config-v1.1.xml`;
draft-ietf-mailmaint-autoconfig). Pure, and wary: the file comes from whoever owns the domain."""

from typing import TYPE_CHECKING

from core.mail.server_settings import ServerSettings, is_host
from core.store.accounts import Tls

if TYPE_CHECKING:  # late: 5 ms of every start, for the minute in which an account is added
    import lxml.etree

LARGEST = 100_000  # bytes; real ones have two to ten thousand
_TLS: dict[str, Tls] = {"ssl": "implicit", "starttls": "starttls"}
_LONGEST_USER = 320


def read_autoconfig(raw: bytes, address: str) -> ServerSettings | None:
    """The first IMAP server that is reached by TLS, one with TLS from the start before one with STARTTLS
    (RFC 8314). None where there is none, and for anything that is no such file. Never raises."""
    root = _root(raw)
    if root is None:
        return None
    servers = [one for one in root.iterfind("emailProvider/incomingServer") if one.get("type") == "imap"]
    found = [made for one in servers if (made := _settings(one, address)) is not None]
    # A server that takes a password goes before one that does not, as many name both.
    return min(found, key=lambda one: (one.web_only, one.tls != "implicit"), default=None)


def _root(raw: bytes) -> "lxml.etree._Element | None":
    if len(raw) > LARGEST:
        return None
    import lxml.etree

    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = lxml.etree.fromstring(raw, parser)
    except (lxml.etree.LxmlError, ValueError):
        return None
    # No real file declares a document type; one that does wants entities expanded.
    if root.getroottree().docinfo.doctype or root.tag != "clientConfig":
        return None
    return root


def _settings(server: "lxml.etree._Element", address: str) -> ServerSettings | None:
    host = _filled(server.findtext("hostname"), address).lower()
    tls = _TLS.get((server.findtext("socketType") or "").strip().lower())
    port = (server.findtext("port") or "").strip()
    user = _filled(server.findtext("username"), address) or address
    if tls is None or not is_host(host) or not user.isprintable() or len(user) > _LONGEST_USER:
        return None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return None
    ways = {(one.text or "").strip().lower() for one in server.iterfind("authentication")}
    return ServerSettings(host, int(port), tls, user, web_only=bool(ways) and ways <= {"oauth2"})


def _filled(text: str | None, address: str) -> str:
    local, _, domain = address.rpartition("@")
    values = {"%EMAILADDRESS%": address, "%EMAILLOCALPART%": local, "%EMAILDOMAIN%": domain}
    filled = (text or "").strip()
    for mark, value in values.items():
        filled = filled.replace(mark, value)
    return filled
