"""Every fault at every place of the conversation with a mail server. Cut, stall, garbage, BYE and a wrong
certificate, at sign-in, LIST, SELECT, in the middle of a message, and at APPEND: what is lost or double."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import dovecot, fault_cases
from tests.bench.figure import Figure, at_most
from tests.integration.mail_wire import certificate


def run(quick: bool) -> Iterator[Figure]:
    """The whole matrix always: it takes a minute."""
    if why := dovecot.missing():
        raise RuntimeError(why)
    found: dict[str, fault_cases.Outcome] = {}
    with tempfile.TemporaryDirectory(prefix="longhand-faults-") as name:
        folder = Path(name)
        chain, key = certificate(folder)
        with dovecot.dovecot(fault_cases.mails(), certificate=dovecot.Certificate(chain, key)) as server:
            for place, fault in fault_cases.cases():
                home = folder / f"{place}-{fault}"
                home.mkdir()
                found[f"{place} {fault}"] = fault_cases.outcome(server, place, fault, home)
            for tls in ("implicit", "starttls"):
                home = folder / tls
                home.mkdir()
                found[f"{tls} wrong certificate"] = fault_cases.wrong_certificate(server, tls, home)
    unclear = [case for case, one in found.items() if not fault_cases.is_clear(one.told)]
    cases = len(found)
    yield at_most("fault_matrix.lost", sum(one.lost for one in found.values()), 0, "messages", cases=cases)
    yield at_most("fault_matrix.double", sum(one.double for one in found.values()), 0, "messages")
    yield at_most("fault_matrix.without_one_clear_line", len(unclear), 0, "cases", unclear=unclear)
