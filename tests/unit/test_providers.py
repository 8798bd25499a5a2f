"""The providers that are part of Longhand: each is whole, and found by its own names alone."""

import re
from collections import Counter

import pytest

from core.mail.providers import Provider, by_domain, by_exchanger, providers
from core.mail.server_settings import ServerSettings, is_host


@pytest.mark.parametrize("provider", providers(), ids=lambda one: one.name)
def test_each_is_whole(provider: Provider) -> None:
    assert provider.domains or provider.mx
    assert all(map(is_host, (provider.host, *provider.domains, *provider.mx)))
    assert (provider.port, provider.tls) in {(993, "implicit"), (143, "starttls")}
    assert provider.user in {"address", "local"}
    assert re.fullmatch(r"(https://\S+)?", provider.help)
    assert provider.help or not provider.app_password, "who asks for an app password says how to make one"


def test_no_domain_has_two() -> None:
    for listed in (
        [domain for one in providers() for domain in one.domains],
        [end for one in providers() for end in one.mx],
    ):
        assert [name for name, times in Counter(listed).items() if times > 1] == []


@pytest.mark.parametrize(
    ("domain", "name", "app_password", "web_only"),
    [
        ("gmail.com", "Gmail", True, False),
        ("icloud.com", "iCloud", True, False),
        ("yahoo.co.uk", "Yahoo", True, False),
        ("fastmail.com", "Fastmail", True, False),
        ("hotmail.com", "Microsoft", False, True),
        ("gmx.de", "GMX", False, False),
    ],
)
def test_the_large_ones(domain: str, name: str, app_password: bool, web_only: bool) -> None:
    found = by_domain(domain)
    assert found is not None
    assert (found.name, found.app_password, found.web_only) == (name, app_password, web_only)


def test_the_user_name() -> None:
    icloud, gmail = by_domain("me.com"), by_domain("gmail.com")
    assert icloud is not None
    assert gmail is not None
    assert icloud.settings("jo@me.com").user == "jo"
    assert gmail.settings("jo@firm.example") == ServerSettings(
        "imap.gmail.com", 993, "implicit", "jo@firm.example", app_password=True, help=gmail.help
    )


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("aspmx.l.google.com", "Gmail"),
        ("smtp.google.com", "Gmail"),
        ("firm-example.mail.protection.outlook.com", "Microsoft"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("mx.notgoogle.com", None),
        ("google.com.evil.example", None),
        ("mx.firm.example", None),
    ],
)
def test_by_exchanger(host: str, name: str | None) -> None:
    found = by_exchanger(host)
    assert (found.name if found else None) == name
