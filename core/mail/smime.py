"""What lies in a signed mail that is not readable as it stands: S/MIME's opaque form (RFC 8551, 3.5.2). The
signature is not checked: Longhand wants to know what was said."""


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity in a CMS SignedData (RFC 5652, DER or BER); None for an encrypted one, certificates
    alone, or what is no CMS."""
    from asn1crypto import cms  # late: few mails are signed so

    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            return None
        content = info["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError):
        return None
    return content if isinstance(content, bytes) and content else None
