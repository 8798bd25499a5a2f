"""What the user wants Longhand never to see: people, domains and words, before anything is stored."""

from core.domain import ParsedMail
from core.store.settings import Exclude


class Excluded:
    """Made of the settings once, for many mails."""

    def __init__(self, exclude: Exclude) -> None:
        self._people = frozenset(one.strip().lower() for one in exclude.people)
        self._domains = tuple(one.strip().lower().removeprefix("@") for one in exclude.domains)
        self._words = tuple(one.casefold() for one in exclude.words if one.strip())
        self._folders = frozenset(one.strip().casefold() for one in exclude.folders)

    def folder(self, name: str) -> bool:
        """A folder by its whole path or the last part of it."""
        path = name.casefold()
        return bool(self._folders & {path, path.rpartition("/")[2], path.rpartition(".")[2]})

    def mail(self, mail: ParsedMail) -> bool:
        """One from or to a person or a domain (or a part of it), or with a word anywhere in it."""
        people = {mail.sender, *mail.to, *mail.cc}
        if any(one.email in self._people or self._is_of_domain(one.domain) for one in people):
            return True
        if not self._words:
            return False
        text = f"{mail.subject}\n{mail.text}\n{mail.quoted}\n{mail.signature}".casefold()
        return any(word in text for word in self._words)

    def _is_of_domain(self, domain: str) -> bool:
        return any(domain == one or domain.endswith(f".{one}") for one in self._domains)
