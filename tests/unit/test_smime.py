"""Mail signed in S/MIME's opaque form, as a library and OpenSSL make it, and what only looks like it."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from core.mail.parse import parse_message
from core.mail.smime import signed_content
from tests.integration.mail_wire import certificate

ENTITY = (
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"Gr\xc3\xbc\xc3\x9fe aus Bergen,\r\nAnn\r\n--b\r\n"
    b"Content-Type: text/html\r\n\r\n<p>Gr&uuml;\xc3\x9fe</p>"
    b"\r\n--b--\r\n"
)
HEAD = b"From: ann@x.example\r\nTo: me@home.example\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n"


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("identity"))


@pytest.fixture(scope="module")
def signed(identity: tuple[Path, Path]) -> bytes:
    """DER."""
    key = serialization.load_pem_private_key(identity[1].read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made = x509.load_pem_x509_certificate(identity[0].read_bytes())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(ENTITY).add_signer(made, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def mail(content: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data") -> bytes:
    body = base64.encodebytes(content)
    return HEAD + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "application/x-pkcs7-mime; name=smime.p7m",
        "application/pkcs7-mime; smime-type=enveloped-data",  # says so, and is not
    ],
)
def test_what_was_said_is_read(signed: bytes, kind: str) -> None:
    read = parse_message(mail(signed, kind))
    assert (read.text, read.note) == ("Grüße aus Bergen,\nAnn", "")


def test_as_openssl_streams_it(identity: tuple[Path, Path], tmp_path: Path) -> None:
    """BER of indefinite length, the text in pieces."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the program openssl")
    (tmp_path / "entity").write_bytes(ENTITY * 200)
    chain, key = map(str, identity)
    command = ["openssl", "cms", "-sign", "-nodetach", "-stream", "-binary", "-outform", "DER"]
    command += ["-in", str(tmp_path / "entity"), "-signer", chain, "-inkey", key]
    made = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    assert made[1] == 0x80
    assert signed_content(made) == ENTITY * 200


def test_what_is_encrypted_stays_so(identity: tuple[Path, Path]) -> None:
    key = rsa.generate_private_key(65537, 2048)
    made = x509.load_pem_x509_certificate(identity[0].read_bytes())
    theirs = (
        x509.CertificateBuilder()
        .subject_name(made.subject)
        .issuer_name(made.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(made.not_valid_before_utc)
        .not_valid_after(made.not_valid_after_utc)
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(ENTITY).add_recipient(theirs)
    sealed = builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    for kind in ("application/pkcs7-mime; smime-type=enveloped-data", "application/pkcs7-mime"):
        read = parse_message(mail(sealed, kind))
        assert (read.text, read.note) == ("", "encrypted")


def test_damage_is_no_text(signed: bytes) -> None:
    for content in (b"", signed[:50], signed[:-100], b"0\x80" * 5000, b"\x30\x82\xff\xff" + signed):
        assert parse_message(mail(content)).text in ("", "Grüße aus Bergen,\nAnn")
    assert parse_message(mail(b"junk", "application/pkcs7-mime; smime-type=certs-only")).note == ""


@given(data=st.data())
def test_any_bytes(data: st.DataObject, signed: bytes) -> None:
    """Real ones with some changed, or none real at all."""
    raw = bytearray(data.draw(st.binary(max_size=300)) or signed)
    for _ in range(data.draw(st.integers(0, 5))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    content = signed_content(bytes(raw))
    assert content is None or isinstance(content, bytes)
