"""Which folder of a server is which: by RFC 6154 attributes, by the names mail programs give, and the folder
of sent mail by whose mail lies in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Protocol

from core.errors import MailError

_NEWEST = 20  # mails looked at in a folder that may be that of sent mail
_ENOUGH = 0.8  # of them from the user
_LEAST = 3
_MOST_FOLDERS = 50

# Lower case, the last part of the path.
_NAMES = {
    "Sent": (
        "sent|sent mail|sent-mail|sent items|sent messages|sent objects|gesendet|gesendete elemente|"
        "gesendete objekte|gesendete nachrichten|envoyés|éléments envoyés|messages envoyés|"
        "courrier envoyé|enviados|elementos enviados|mensajes enviados|correo enviado|enviats|"
        "posta inviata|inviati|inviata|elementi inviati|verzonden|verzonden items|verzonden berichten|"
        "verzonden objecten|skickat|skickade objekt|skickade|sendt|sendte elementer|sendt post|"
        "sendte meldinger|wysłane|elementy wysłane|wiadomości wysłane|itens enviados|mensagens enviadas|"
        "отправленные|отправленное|исходящие|надіслані|изпратени|odeslané|odeslaná pošta|odoslané|"
        "lähetetyt|lähetetyt viestit|elküldött|elküldött elemek|elementele trimise|trimise|poslano|"
        "poslane stavke|απεσταλμένα|gönderilmiş|gönderilmiş öğeler|gönderilenler|đã gửi|terkirim|已发送|"
        "已发送邮件|已傳送|寄件備份|寄件匣|送信済み|送信済みアイテム|送信済みメール|보낸 편지함|"
        "보낸편지함|보낸 메일함|הודעות שנשלחו|פריטים שנשלחו|العناصر المرسلة|المرسلة|البريد المرسل|"
        "رسائل مرسلة"
    ),
    "Drafts": (
        "drafts|draft|entwürfe|brouillons|borradores|esborranys|bozze|concepten|utkast|kladder|"
        "wersje robocze|szkice|rascunhos|черновики|чернетки|чернови|koncepty|rozepsané|luonnokset|"
        "piszkozatok|ciorne|osnutki|skice|πρόχειρα|taslaklar|thư nháp|bản nháp|draf|草稿|草稿箱|草稿匣|"
        "下書き|임시 보관함|임시보관함|טיוטות|مسودات|المسودات"
    ),
}
_USES = ("Sent", "Drafts", "Trash", "Junk", "Archive", "All", "Flagged")


@dataclass(frozen=True)
class Folder:
    """`use` is the RFC 6154 name without its backslash (Sent, Drafts, All, ...), or empty."""

    name: str
    use: str
    selectable: bool


class Opener(Protocol):
    """What looking into folders needs of an IMAP session."""

    def examine(self, folder: str) -> object: ...
    def uids_after(self, uid: int) -> list[int]: ...
    def headers(self, uids: Sequence[int], name: str) -> dict[int, str]: ...


def use_of(attributes: Iterable[bytes]) -> str:
    """What the attributes of a LIST answer say of a folder."""
    names = {flag.decode("ascii", "replace").lstrip("\\").lower() for flag in attributes}
    return next((use for use in _USES if use.lower() in names), "")


def by_use(folders: Iterable[Folder], use: str) -> str | None:
    """The folder of a use ('Sent', 'Drafts'), by attribute, else by a name mail programs give it."""
    usable = [folder for folder in folders if folder.selectable]
    found = next((folder.name for folder in usable if folder.use == use), None)
    names = _NAMES.get(use, "").split("|")
    by_name = (folder.name for folder in usable if re.split(r"[/.]", folder.name)[-1].lower() in names)
    return found or next(by_name, None)


def sent_folder(session: Opener, folders: Sequence[Folder], own: str, chosen: str = "") -> str:
    """The folder of mail the user sent: the one they chose, else by attribute or name, else the one whose
    newest mail is from `own`, their address. Raises MailError where none is."""
    if chosen:
        if any(folder.name == chosen and folder.selectable for folder in folders):
            return chosen
        raise MailError(
            "The folder of sent mail that you chose is not on the server any more; choose another."
        )
    found = by_use(folders, "Sent") or _by_writer(session, folders, own.lower())
    if found is None:
        raise MailError(
            "The folder of sent mail was not found on the server; 'longhand account sent' names it by hand."
        )
    return found


def _by_writer(session: Opener, folders: Sequence[Folder], own: str) -> str | None:
    likely = [one.name for one in folders if one.selectable and not one.use and one.name.upper() != "INBOX"]
    shares = {name: _share(session, name, own) for name in likely[:_MOST_FOLDERS]}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= _ENOUGH else None


def _share(session: Opener, folder: str, own: str) -> float:
    """Of its newest mail, what part the user wrote; 0 for a folder with hardly any."""
    session.examine(folder)
    newest = session.uids_after(0)[-_NEWEST:]
    writers = session.headers(newest, "FROM").values()
    mine = sum(parseaddr(writer)[1].lower() == own for writer in writers)
    return mine / len(newest) if len(newest) >= _LEAST else 0.0
