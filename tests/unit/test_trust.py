"""Certificates that a user is about to trust."""

import hashlib
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from core.errors import InputError
from core.mail.trust import read_authority, tls_context
from tests.integration.mail_wire import certificate


def test_what_is_shown_is_what_people_compare(tmp_path: Path) -> None:
    chain, _ = certificate(tmp_path)
    pem, (shown,) = read_authority(chain)
    der = ssl.PEM_cert_to_DER_cert(chain.read_text())
    assert shown.fingerprint.replace(":", "").lower() == hashlib.sha256(der).hexdigest()
    assert shown.name == "CN=127.0.0.1"
    chain.write_bytes(x509.load_pem_x509_certificate(chain.read_bytes()).public_bytes(Encoding.DER))
    assert read_authority(chain) == (pem, (shown,))


def test_the_private_key_beside_it_is_not_kept(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    chain.write_bytes(key.read_bytes() + chain.read_bytes())
    assert "PRIVATE" not in read_authority(chain)[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x30\x82\x01"],
)
def test_a_file_without_one(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    with pytest.raises(InputError, match="no certificate"):
        read_authority(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_authority(tmp_path / "none.pem")


def test_nothing_below_tls_1_2(tmp_path: Path) -> None:
    chain, _ = certificate(tmp_path)
    for authority in ("", chain.read_text()):
        context = tls_context(authority)
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
