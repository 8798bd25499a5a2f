"""What a domain's settings file says is taken with care, and nothing in it breaks the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mail.autoconfig import LARGEST, read_autoconfig
from core.mail.server_settings import ServerSettings, is_host

ADDRESS = "jo.hale@firm.example"


def server(
    host: str = "imap.firm.example",
    port: str = "993",
    socket: str = "SSL",
    user: str = "%EMAILADDRESS%",
    ways: tuple[str, ...] = ("password-cleartext",),
    kind: str = "imap",
) -> str:
    told = "".join(f"<authentication>{way}</authentication>" for way in ways)
    return (
        f'<incomingServer type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{socket}</socketType><username>{user}</username>{told}</incomingServer>"
    )


def file(*servers: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    provider = (
        f'<emailProvider id="firm.example"><domain>firm.example</domain>{"".join(servers)}</emailProvider>'
    )
    return f'{head}<clientConfig version="1.1">{provider}</clientConfig>'.encode()


def test_a_usual_file() -> None:
    read = read_autoconfig(file(server(kind="pop3", port="995"), server()), ADDRESS)
    assert read == ServerSettings("imap.firm.example", 993, "implicit", ADDRESS)


def test_the_address_is_filled_in() -> None:
    raw = file(server("imap.%EMAILDOMAIN%", user="%EMAILLOCALPART%"))
    assert read_autoconfig(raw, ADDRESS) == ServerSettings("imap.firm.example", 993, "implicit", "jo.hale")


def test_tls_from_the_start_goes_first_and_no_plain_server_is_taken() -> None:
    late = server("late.firm.example", "143", "STARTTLS")
    bare = server("bare.firm.example", "143", "plain")
    assert read_autoconfig(file(bare, late), ADDRESS) == ServerSettings(
        "late.firm.example", 143, "starttls", ADDRESS
    )
    both = read_autoconfig(file(late, server()), ADDRESS)
    assert both is not None
    assert both.host == "imap.firm.example"
    assert read_autoconfig(file(bare), ADDRESS) is None


@pytest.mark.parametrize(
    ("ways", "web_only"),
    [
        (("OAuth2",), True),
        (("OAuth2", "password-cleartext"), False),
        ((), False),
        (("password-encrypted",), False),
    ],
)
def test_whether_a_password_is_taken(ways: tuple[str, ...], web_only: bool) -> None:
    read = read_autoconfig(file(server(ways=ways)), ADDRESS)
    assert read is not None
    assert read.web_only is web_only


def test_a_server_that_takes_a_password_goes_before_one_that_does_not() -> None:
    read = read_autoconfig(
        file(server("web.firm.example", ways=("OAuth2",)), server("in.firm.example", "143", "STARTTLS")),
        ADDRESS,
    )
    assert read is not None
    assert read.host == "in.firm.example"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html><body>Not found</body></html>",
        file(),
        file(server("localhost")),
        file(server("127.0.0.1")),
        file(server("firm.example/x")),
        file(server("firm .example")),
        file(server(port="0")),
        file(server(port="65536")),
        file(server(port="-1")),
        file(server(port="\u0663")),
        file(server(user="jo&#10;x")),
        file(server(user="x" * 400)),
        file(server()) + b" " * LARGEST,
        file(server())[:-10],
        file(server(user="&u;"), head='<!DOCTYPE clientConfig [<!ENTITY u "jo">]>'),
        file(server(user="&u;"), head='<!DOCTYPE clientConfig [<!ENTITY u SYSTEM "file:///etc/hostname">]>'),
        file(server(), head='<!DOCTYPE clientConfig SYSTEM "http://127.0.0.1:9/x.dtd">'),
    ],
)
def test_what_is_no_such_file_gives_nothing(raw: bytes) -> None:
    assert read_autoconfig(raw, ADDRESS) is None


def test_a_file_that_would_grow_without_end_gives_nothing() -> None:
    grown = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE clientConfig [<!ENTITY a0 "ha">{grown}]>'
    assert read_autoconfig(file(server(user="&a11;"), head=head), ADDRESS) is None
    deep = b"<clientConfig>" + b"<emailProvider>" * 6_000
    assert read_autoconfig(deep, ADDRESS) is None


texts = st.text(max_size=40)
pieces = st.one_of(
    st.sampled_from(
        ["<emailProvider>", "</emailProvider>", "<incomingServer type='imap'>", "</incomingServer>"]
    ),
    st.sampled_from(
        ["<hostname>", "</hostname>", "imap.firm.example", "<port>993</port>", "<!--", "-->", "<![CDATA["]
    ),
    st.sampled_from(
        ["<socketType>SSL</socketType>", "<username/>", "&amp;", "&#0;", "<?xml?>", "xmlns:x='y'"]
    ),
    texts,
)


@given(
    st.one_of(st.binary(max_size=300), st.lists(pieces, max_size=20).map(lambda some: "".join(some).encode()))
)
def test_any_bytes_give_settings_or_nothing(raw: bytes) -> None:
    for whole in (raw, b"<clientConfig>" + raw + b"</clientConfig>"):
        read = read_autoconfig(whole, ADDRESS)
        assert read is None or is_host(read.host)


@given(texts, texts, texts, texts)
def test_any_values_give_settings_that_can_be_used_or_nothing(
    host: str, port: str, socket: str, user: str
) -> None:
    marked = [f"<![CDATA[{one.replace(']]>', '')}]]>" for one in (host, port, socket, user)]
    for values in (
        marked,
        ["imap.firm.example", *marked[1:]],
        ["imap.firm.example", "993", "SSL", marked[3]],
    ):
        try:
            raw = file(server(*values))
        except UnicodeEncodeError:
            return  # half a surrogate pair is no file
        read = read_autoconfig(raw, ADDRESS)
        if read is not None:
            assert is_host(read.host)
            assert 1 <= read.port <= 65535
            assert read.user.isprintable()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("imap.firm.example", True),
        ("xn--mnchen-3ya.example", True),
        ("a.b", False),
        ("imap.firm.example.", False),
        ("IMAP.firm.example", False),
        ("-x.example", False),
        ("x..example", False),
        ("10.0.0.1", False),
        ("[::1]", False),
        ("localhost", False),
        ("a." * 127 + "example", False),
        ("imap.firm.example\n", False),
    ],
)
def test_host_names(text: str, is_one: bool) -> None:
    assert is_host(text) is is_one
