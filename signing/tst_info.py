"""Reads what a token says it is over, before anything about it is believed (RFC 3161 section 2.4.2)."""

from dataclasses import dataclass

from asn1crypto import cms, tsp


@dataclass(frozen=True, slots=True)
class Imprint:
    """A hash algorithm, and the digest under it."""

    algorithm: str
    digest: bytes


def read_imprint(token: bytes) -> Imprint:
    """What the token is over, as it says; raises ValueError where it is no time-stamp token."""
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo):
            raise ValueError("its content is no TSTInfo")
        hashed = info["message_imprint"]
        return Imprint(hashed["hash_algorithm"]["algorithm"].native, hashed["hashed_message"].native)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("this is no time-stamp token") from error
