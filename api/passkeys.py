"""Passkeys as a second factor (WebAuthn level 2): what a browser is asked, and whether its answer holds."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.accounts import Account
from api.second_factors import add_factor, after_adding, note_use, rows_of, secret_of
from api.sessions import digest_of
from api.sign_in_steps import Step, begin_step, keep_in_step, take_step
from api.site import Site
from archive.archive import Archive
from tabellion.base.errors import BadRequest, Conflict

_CHALLENGE = 32
_LARGEST = 20_000
T = TypeVar("T")


class PasskeyRefused(BadRequest):
    """A passkey's answer does not hold: another key, another site, an old question, or a counter that ran backwards."""

    code = "PASSKEY_REFUSED"
    advice = "Try again; use another second factor or a recovery code where it goes on."


def registration_options(archive: Archive, connection: Connection, account: Account, site: Site) -> str:
    """What the browser is asked to make a passkey with (JSON); the question holds for ten minutes."""
    challenge = archive.ids.randomness(_CHALLENGE)
    begin_step(archive, connection, "passkey", account.id, {}, bytes_to_base64url(challenge))
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Tabellion",
        user_id=account.pseudonym.encode(),
        user_name=account.name,
        challenge=challenge,
        exclude_credentials=_known(archive, connection, account),
        # The password comes first, so that the key need neither know nor verify who holds it.
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        ),
    )
    return options_to_json(options)


def register(
    archive: Archive, connection: Connection, account: Account, site: Site, name: str, answer: str
) -> list[str]:
    """Keep the passkey that the browser made; gives the recovery codes, where these are the first ones.

    Raises PasskeyRefused; Conflict where the key is registered already.
    """
    credential = _parsed(answer)
    challenge = _refused(lambda: _challenge_of(credential))
    step = take_step(archive, connection, "passkey", bytes_to_base64url(challenge))
    if step is None or step.account_id != account.id:
        raise PasskeyRefused("the question that the passkey answers was not asked, or is too old")
    made = _refused(
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    )
    known = {bytes_to_base64url(each.id) for each in _known(archive, connection, account)}
    if bytes_to_base64url(made.credential_id) in known:
        raise Conflict("this passkey is registered already")
    kept = {
        "id": bytes_to_base64url(made.credential_id),
        "public_key": bytes_to_base64url(made.credential_public_key),
    }
    add_factor(
        archive,
        connection,
        account,
        "passkey",
        name,
        json.dumps(kept).encode(),
        confirmed=True,
        credential=digest_of(f"{account.id} {kept['id']}"),
        counter=made.sign_count,
    )
    return after_adding(archive, connection, account)


def authentication_options(
    archive: Archive, connection: Connection, account: Account, site: Site, step: Step
) -> str | None:
    """What the browser is asked to show a passkey with (JSON); None where the account has none."""
    known = _known(archive, connection, account)
    if not known:
        return None
    challenge = archive.ids.randomness(_CHALLENGE)
    keep_in_step(connection, step, challenge=bytes_to_base64url(challenge))
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=known,
        user_verification=UserVerificationRequirement.DISCOURAGED,
    )
    return options_to_json(options)


def passkey_holds(
    archive: Archive, connection: Connection, account: Account, site: Site, step: Step, answer: str
) -> bool:
    """Whether the answer is by a passkey of the account, to this step's question and for this site.

    A count that does not grow speaks of a copied key and is refused (WebAuthn section 6.1.1); keys that never count
    always say zero.
    """
    asked = step.data.get("challenge")
    if not isinstance(asked, str):
        return False
    try:
        credential = _parsed(answer)
        for row in rows_of(connection, account.id, "passkey"):
            kept = json.loads(secret_of(archive, row))
            if kept["id"] != credential.get("id"):
                continue
            shown = _refused(
                lambda kept=kept, row=row: verify_authentication_response(  # type: ignore[misc]
                    credential=credential,
                    expected_challenge=base64url_to_bytes(asked),
                    expected_rp_id=site.host,
                    expected_origin=site.origin,
                    credential_public_key=base64url_to_bytes(kept["public_key"]),
                    credential_current_sign_count=row.counter,
                )
            )
            return note_use(connection, row, shown.new_sign_count, archive.clock.now())
    except PasskeyRefused:
        return False
    return False


def _known(archive: Archive, connection: Connection, account: Account) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(json.loads(secret_of(archive, row))["id"]))
        for row in rows_of(connection, account.id, "passkey")
    ]


def _parsed(answer: str) -> dict[str, Any]:
    try:
        value = json.loads(answer) if len(answer) <= _LARGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise PasskeyRefused("what came is no answer of a passkey")
    return value


def _challenge_of(credential: Mapping[str, Any]) -> bytes:
    return parse_client_data_json(base64url_to_bytes(str(credential["response"]["clientDataJSON"]))).challenge


def _refused(verify: Callable[[], T]) -> T:
    """What the library gives; every way in which bytes of a stranger can displease it is one refusal."""
    try:
        return verify()
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused(f"the passkey's answer does not hold: {type(error).__name__}") from error
