"""Of mail, the servers it lies on, and signing in to them."""

from collections.abc import Sequence
from datetime import date

ENCRYPTED = "A part of this mail is encrypted; Longhand leaves it alone."
NO_PST = (
    "Outlook's data files (PST, OST) are not supported; open the file in Outlook and drag its mail out as "
    ".msg files, or in a program that exports mbox or .eml, then import those."
)
NO_ADDRESS = "That is no mail address; give one such as you@example.org."
NO_SERVER = (
    "No mail server was found for this address; name it with --host, or ask Thunderbird's public database "
    "too with --ask-ispdb, which is told the domain."
)
UNPROVEN_SERVER = (
    "Only the DNS names this server, and it lies outside your address's domain: use it if you know it as "
    "your provider's."
)
UNPROVEN_UNSEEN = (
    "Only the DNS names a server, and it lies outside the address's domain; if you know it as your "
    "provider's, name it with --host."
)
NOT_ASKED = "Nobody is there to say whether that server is right; say so with --yes, or name one with --host."
USE_SERVER = "Sign in there?"
AUTHORITY_NOT_ASKED = (
    "Nobody is there to say whether to trust that certificate; compare its SHA-256 with your firm's, and say "
    "so with --yes."
)
TRUST_AUTHORITY = (
    "Compare the SHA-256 with what your firm tells you. Whoever holds its key can pose as this mail server. "
    "Trust it for this account?"
)


def forgotten(count: int) -> str:
    """So many mails."""
    if not count:
        return "There was no such mail to forget."
    mails = "1 mail is" if count == 1 else f"{count} mails are"
    return f"{mails} forgotten, with every agent that learned; 'longhand learn' makes one of what is left."


def looked(places: Sequence[str]) -> str:
    """Where a mail server was looked for, in order."""
    words = {
        "bundled": "Longhand's own list of providers",
        "autoconfig": "the domain's own settings file",
        "srv": "its service records (DNS)",
        "mx": "its mail exchangers (DNS)",
        "ispdb": "Thunderbird's public database",
        "guess": "the usual names of servers",
    }
    return f"Looked in {', then '.join(words[place] for place in places)}."


def server_found(origin: str, source: str, where: str, user: str) -> str:
    """`where`: host, port and encryption."""
    by = {
        "bundled": f"Longhand's own settings for {source}",
        "autoconfig": f"the settings file at {source}",
        "srv": f"the DNS service records of {source}",
        "mx": f"the DNS, by which {source} has this domain's mail",
        "ispdb": f"Thunderbird's public database ({source})",
        "guess": "a guess: a mail server answers there",
    }
    return f"{where}, user name {user}; from {by[origin]}."


def app_password(help_page: str) -> str:
    return f"Your usual password does not work here; make an app password first: {help_page}"


def help_page(page: str) -> str:
    return f"The provider on signing in with mail programs: {page}"


def web_only(host: str) -> str:
    return (
        f"The provider behind {host} takes sign-in by its web page only: 'longhand account add ADDRESS "
        "--oauth --client-id ID', with an id of yours or your firm's; 'longhand import' reads mail that "
        "was exported to files."
    )


def open_page(address: str) -> str:
    return f"Sign in with your browser; if none opens, open this address on this machine: {address}"


def authority(name: str, until: date, fingerprint: str) -> str:
    """A certificate that the user is about to trust."""
    return f"{name}, until {until:%Y-%m-%d}, SHA-256 {fingerprint}"
