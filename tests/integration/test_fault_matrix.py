"""Whatever goes wrong with the mail server, wherever: nothing lost, nothing twice, one clear sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import dovecot, fault_cases
from tests.dovecot import Certificate, Dovecot
from tests.faulty_wire import Fault, Place
from tests.integration.mail_wire import certificate


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    dovecot.need()
    chain, key = certificate(tmp_path_factory.mktemp("tls"))
    with dovecot.dovecot(fault_cases.mails(), certificate=Certificate(chain, key)) as server:
        yield server


@pytest.mark.parametrize(("place", "fault"), fault_cases.cases())
def test_nothing_is_lost_and_nothing_twice(
    server: Dovecot, place: Place, fault: Fault, tmp_path: Path
) -> None:
    found = fault_cases.outcome(server, place, fault, tmp_path)
    assert fault_cases.is_clear(found.told), found.told
    assert (found.lost, found.double) == (0, 0)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_certificate_nobody_trusts(server: Dovecot, tls: str, tmp_path: Path) -> None:
    found = fault_cases.wrong_certificate(server, tls, tmp_path)
    assert "certificate" in found.told
    assert fault_cases.is_clear(found.told), found.told
    assert (found.lost, found.double) == (0, 0)
