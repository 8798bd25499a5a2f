"""Which parts of a large message are fetched, and that the message made of them reads the same."""

from email.message import EmailMessage, Message
from email.policy import SMTP
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.mail.parse import parse_message
from core.mail.structure import rebuilt, sections


def structure(part: "Message[str, str]") -> Any:
    """As a server tells it and the library reads it (RFC 3501, 7.4.2)."""
    pairs = part.get_params([], unquote=True) or []
    parameters = tuple(one.encode() for pair in pairs[1:] for one in pair) or None
    main, sub = part.get_content_maintype().encode(), part.get_content_subtype().encode()
    if part.is_multipart():
        return ([structure(one) for one in part.iter_parts()], sub, parameters, None, None)  # type: ignore[attr-defined]
    disposition = part.get_content_disposition()
    told = (disposition.encode(), None) if disposition else None
    size = len(part.get_payload())
    tail = (1, None, told) if main == b"text" else (None, told)
    return (main, sub, parameters, None, None, b"7BIT", size, *tail)


def fetched(message: EmailMessage) -> dict[str, bytes]:
    """What a server sends for the sections asked for."""
    found: dict[str, bytes] = {}
    for section in sections(structure(message)):
        part: Any = message
        for number in section.removesuffix(".MIME").split("."):
            part = list(part.iter_parts())[int(number) - 1]
        head, _, body = part.as_bytes(policy=SMTP).partition(b"\r\n\r\n")
        found[section] = head + b"\r\n\r\n" if section.endswith(".MIME") else body
    return found


WORDS = st.lists(st.sampled_from(["see", "the", "Grüße", "file", "-- ", "", "> quoted"]), max_size=6).map(
    "\n".join
)


@given(WORDS, WORDS, st.booleans(), st.booleans(), st.integers(0, 3))
def test_the_text_is_the_same_without_the_attachments(
    plain: str, html: str, alternative: bool, related: bool, attached: int
) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Message-ID"] = "me@home.example", "<m@home.example>"
    message.set_content(plain)
    if alternative:
        message.add_alternative(f"<p>{html}</p>", subtype="html")
        if related:
            message.get_payload()[1].add_related(b"GIF" * 50, "image", "gif", cid="<c@x>")  # type: ignore[index,union-attr]
    message.add_attachment(b"%PDF" * 500, maintype="application", subtype="pdf", filename="a.pdf")
    for number in range(attached):
        message.add_attachment("not for reading\n" * 50, filename=f"{number}.txt")
    raw = message.as_bytes()
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    parts = fetched(message)
    small = rebuilt(head, structure(message), parts)
    assert parse_message(small) == parse_message(raw)
    assert b"%PDF" not in small
    assert b"not for reading" not in small


def test_a_message_of_one_part_is_its_text() -> None:
    single = (b"text", b"plain", None, None, None, b"7BIT", 3, 1)
    assert sections(single) == ("TEXT",)
    assert rebuilt(b"A: b\r\n\r\n", single, {"TEXT": b"hi"}) == b"A: b\r\n\r\nhi"
