"""A JSON object that carries its own signature: Ed25519 over the RFC 8785 bytes of the object without `signature`."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from signing import canonical
from signing import fields as check
from signing.errors import SignatureInvalid
from signing.keys import Algorithm, PublicKey, Signer, Use


def sign_object(value: Mapping[str, Any], signer: Signer) -> bytes:
    """The canonical bytes of the object with `key_id` and `signature`."""
    if signer.algorithm is not Algorithm.ED25519:
        raise ValueError("signed objects are signed with Ed25519")
    unsigned = {**value, "key_id": signer.key_id}
    signature = base64.b64encode(signer.sign(canonical.dumps(unsigned))).decode()
    return canonical.dumps({**unsigned, "signature": signature})


def open_object(data: bytes, keys: Sequence[PublicKey], use: Use) -> tuple[dict[str, Any], PublicKey]:
    """The object without its signature, and the trusted key of that use that made it.

    Raises `NotCanonical` where the bytes are not canonical, `SignatureInvalid` where no trusted key has signed them.
    """
    value = canonical.load_object(data)
    try:
        signature = check.base64_bytes("signature", value.pop("signature", None), 64)
    except ValueError as error:
        raise SignatureInvalid(str(error)) from error
    for key in keys:
        if key.use == use and key.key_id == value.get("key_id"):
            key.verify(canonical.dumps(value), signature)
            return value, key
    raise SignatureInvalid("it was signed with a key that is not trusted for this")
