"""Which certificates prove a mail server: the system's, and for one account those of an authority that its
user was shown and trusts, such as their firm's own."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:  # late: the library takes a while, and few accounts need it
    from cryptography import x509

_LARGEST = 200_000  # bytes of a file
_MOST = 10  # certificates in it


@dataclass(frozen=True)
class Authority:
    """A certificate as people compare it: whose it is, until when it holds, and its SHA-256."""

    name: str
    until: datetime
    fingerprint: str


def tls_context(authority: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, with certificate and name verified. `authority`: PEM, or empty."""
    context = ssl.create_default_context()
    # The system's settings may ask for more, never for less.
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    if authority:
        context.load_verify_locations(cadata=authority)
    return context


def read_authority(path: Path) -> tuple[str, tuple[Authority, ...]]:
    """The certificates of a file (PEM or DER), as PEM, and what to show of them. Raises InputError for what
    is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
        if b"-----BEGIN" in content:
            found: Sequence[x509.Certificate] = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
        pem = "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in found[:_MOST])
        tls_context(pem)
    except OSError as error:  # ssl.SSLError is one too
        if isinstance(error, ssl.SSLError):
            raise InputError(_NO_CERTIFICATE) from None
        raise InputError("The certificate file cannot be read; check its path and permissions.") from None
    except ValueError:
        raise InputError(_NO_CERTIFICATE) from None
    return pem, tuple(map(_shown, found[:_MOST]))


_NO_CERTIFICATE = "This file holds no certificate; ask your firm for its authority's, in PEM or DER."


def _shown(certificate: "x509.Certificate") -> Authority:
    from cryptography.hazmat.primitives import hashes

    digest = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Authority(certificate.subject.rfc4514_string(), certificate.not_valid_after_utc, digest)
