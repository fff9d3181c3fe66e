"""Every condition of token acceptance (EVIDENCE section 5) has a token that breaks it, and it alone."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing import timestamp
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.cms import open_envelope
from signing.errors import TokenReason, TokenRefused
from signing.timestamp import TimestampTrust, accept_response, build_request, verify_token
from signing.token_trust import verify_with_any
from tests.shared import SHARED, needs_shared
from tests.signing import pki
from tests.signing.pki import GEN_TIME, IMPRINT, NONCE, ROOT, SIGNER, TRUST, Recipe

LATER = GEN_TIME + timedelta(days=400)
SECOND = timedelta(seconds=1)
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING


def verify(recipe, trust=TRUST, at=LATER, imprint=IMPRINT):
    return verify_token(recipe.token(), imprint=imprint, trust=trust, at=at)


def refused(reason, recipe, **arguments):
    with pytest.raises(TokenRefused) as caught:
        verify(recipe, **arguments)
    assert caught.value.reason is reason, str(caught.value)


def accept(response, *, nonce=NONCE, now=GEN_TIME):
    return accept_response(response, imprint=IMPRINT, nonce=nonce, trust=TRUST, now=now)


def accept_refused(reason, response, **arguments):
    with pytest.raises(TokenRefused) as caught:
        accept(response, **arguments)
    assert caught.value.reason is reason, str(caught.value)
    return caught.value


def test_a_good_token():
    token = verify(Recipe())
    assert (token.gen_time, token.accuracy, token.serial) == (GEN_TIME, SECOND, 4711)
    assert (token.authority, token.time_class, token.policy) == ("authority", "ordinary", pki.POLICY)
    assert token.expires == pki.END
    assert token.revocation == "unknown"
    assert len(token.path) == 2
    assert replace(accept(Recipe().response()), der=token.der) == token


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(signer=pki.tsa(ROOT, private=pki.key("rsa3072"))),
        Recipe(signer=pki.tsa(ROOT, private=pki.key("rsa3072")), signature_algorithm="rsassa_pkcs1v15"),
        Recipe(digest="sha512"),
        Recipe(by_key_identifier=True),
        Recipe(carried=(SIGNER.certificate, ROOT.certificate)),
        Recipe(signer=pki.tsa(ROOT, may=pki.usage(content_commitment=True))),
        Recipe(info=(("accuracy", None),)),
        Recipe(info=(("accuracy", {"millis": 500, "micros": 10}),)),
    ],
    ids=[
        "RSA",
        "plain RSA",
        "SHA-512",
        "key id",
        "with the root",
        "non-repudiation",
        "no accuracy",
        "fractions",
    ],
)
def test_other_good_tokens(recipe):
    assert verify(recipe).gen_time == GEN_TIME


def test_requests():
    request = tsp.TimeStampReq.load(build_request(IMPRINT, nonce=NONCE, policy=pki.POLICY)).native
    assert request["message_imprint"]["hash_algorithm"]["algorithm"] == "sha256"
    assert request["message_imprint"]["hashed_message"] == IMPRINT
    assert (request["nonce"], request["req_policy"], request["cert_req"]) == (NONCE, pki.POLICY, True)
    assert tsp.TimeStampReq.load(build_request(IMPRINT, nonce=1)).native["req_policy"] is None


class TestOnlyAtAcceptance:
    @pytest.mark.parametrize(
        "response", [b"", b"<html>busy</html>", b"\x30\x03\x02\x01", Recipe().response() + b"\0"]
    )
    def test_no_response(self, response):
        assert not accept_refused(TokenReason.RESPONSE_MALFORMED, response).transient

    def test_granted_but_nothing_given(self):
        bare = Recipe().response()
        status_only = b"\x30\x05" + bare[bare.index(b"\x30\x03\x02\x01\x00") :][:5]
        accept_refused(TokenReason.RESPONSE_MALFORMED, status_only)

    @pytest.mark.parametrize(
        ("status", "failure"), [("rejection", "bad_alg"), ("granted_with_mods", None), ("waiting", None)]
    )
    def test_not_granted(self, status, failure):
        assert not accept_refused(TokenReason.NOT_GRANTED, Recipe().response(status, failure)).transient

    @pytest.mark.parametrize("failure", ["time_not_available", "system_failure"])
    def test_try_again_later(self, failure):
        error = accept_refused(TokenReason.AUTHORITY_BUSY, Recipe().response("rejection", failure))
        assert error.transient
        assert "later" in error.diagnostics()

    @pytest.mark.parametrize("nonce", [NONCE + 1, None])
    def test_nonce(self, nonce):
        accept_refused(TokenReason.NONCE, Recipe(info=(("nonce", nonce),)).response())

    @pytest.mark.parametrize("drift", [timedelta(seconds=61), timedelta(seconds=-61)])
    def test_clock(self, drift):
        accept_refused(TokenReason.CLOCK, Recipe().response(), now=GEN_TIME + drift)
        accept(Recipe().response(), now=GEN_TIME + drift * (60 / 61))


class TestEnvelope:
    @pytest.mark.parametrize(
        "der",
        [
            b"",
            b"\x30\x80",
            Recipe().token()[:-1],
            Recipe().token() + b"\0",
            b"\x30\x0b\x06\x09*\x86H\x86\xf7\r\x01\x07\x01",
        ],
    )
    def test_malformed(self, der):
        with pytest.raises(TokenRefused) as caught:
            verify_token(der, imprint=IMPRINT, trust=TRUST, at=LATER)
        assert caught.value.reason is TokenReason.MALFORMED

    @pytest.mark.parametrize("first", [b"\x04", b"\x31", b"\x00"])
    def test_content_that_is_no_tst_info(self, first):
        content = Recipe()._tst_info()
        der = Recipe().token().replace(content, first + content[1:])
        with pytest.raises(TokenRefused) as caught:
            verify_token(der, imprint=IMPRINT, trust=TRUST, at=LATER)
        assert caught.value.reason is TokenReason.MALFORMED

    def test_version_of_the_content(self):
        refused(TokenReason.MALFORMED, Recipe(info=(("version", "v2"),)))

    def test_content_type(self):
        refused(TokenReason.CONTENT_TYPE, Recipe(content_type="data"))

    @pytest.mark.parametrize("signers", [0, 2])
    def test_number_of_signers(self, signers):
        refused(TokenReason.SIGNER_COUNT, Recipe(signers=signers))

    def test_no_signed_attributes(self):
        refused(TokenReason.SIGNED_ATTRIBUTES, Recipe(change_attributes=lambda _: []))

    @pytest.mark.parametrize(
        "values", [[], [["data"]], [["tst_info", "tst_info"]], [["tst_info"], ["tst_info"]]]
    )
    def test_signed_content_type(self, values):
        first = [{"type": "content_type", "values": each} for each in values]
        refused(TokenReason.SIGNED_ATTRIBUTES, Recipe(change_attributes=lambda rest: [*first, *rest[1:]]))

    def test_no_message_digest(self):
        refused(TokenReason.MESSAGE_DIGEST, Recipe(change_attributes=lambda found: [found[0], found[2]]))

    def test_message_digest_of_another_content(self):
        later = Recipe(info=(("gen_time", GEN_TIME + SECOND),))._tst_info()
        refused(TokenReason.MESSAGE_DIGEST, Recipe(change_content=lambda _: later))

    def test_signature(self):
        refused(
            TokenReason.SIGNATURE, Recipe(change_signature=lambda found: found[:-1] + bytes([found[-1] ^ 1]))
        )
        refused(TokenReason.SIGNATURE, Recipe(change_signature=lambda _: b""))

    def test_signature_by_another_key(self):
        stranger = pki.Identity(SIGNER.certificate, pki.key(owner="stranger"))
        refused(TokenReason.SIGNATURE, Recipe(signer=stranger))

    @pytest.mark.parametrize("algorithm", ["sha384_ecdsa", "sha256_rsa", "ed25519", "sha1_ecdsa"])
    def test_signature_algorithm(self, algorithm):
        refused(TokenReason.SIGNATURE, Recipe(signature_algorithm=algorithm))

    @pytest.mark.parametrize("by_key_identifier", [False, True])
    def test_signer_unknown(self, by_key_identifier):
        recipe = Recipe(carried=(ROOT.certificate,), by_key_identifier=by_key_identifier)
        refused(TokenReason.SIGNER_UNKNOWN, recipe)
        known = replace(TRUST, certificates=(SIGNER.certificate,))
        assert verify(recipe.but(carried=()), trust=known).path == verify(Recipe()).path

    def test_signer_reference_missing(self):
        refused(TokenReason.SIGNER_REFERENCE, Recipe(change_attributes=lambda found: found[:2]))

    def test_signer_reference_of_the_old_kind_only(self):
        digest = hashlib.sha1(SIGNER.certificate.public_bytes(pki.Encoding.DER)).digest()  # noqa: S324
        old = {"type": "signing_certificate", "values": [{"certs": [{"cert_hash": digest}]}]}
        refused(TokenReason.SIGNER_REFERENCE, Recipe(change_attributes=lambda found: [*found[:2], old]))

    @pytest.mark.parametrize(
        "named",
        [
            pki.reference(ROOT.certificate),
            pki.reference(SIGNER.certificate, serial=1),
            tsp.SigningCertificateV2({"certs": []}),
        ],
        ids=["another", "serial", "empty"],
    )
    def test_signer_reference_of_another(self, named):
        change = {"type": "signing_certificate_v2", "values": [named]}
        refused(TokenReason.SIGNER_REFERENCE, Recipe(change_attributes=lambda found: [*found[:2], change]))

    def test_substituted_certificate_of_the_same_name_and_key(self):
        twin = pki.tsa(ROOT, serial=SIGNER.certificate.serial_number)
        refused(TokenReason.SIGNER_REFERENCE, Recipe(carried=(twin.certificate,)))


class TestContent:
    def test_imprint_algorithm(self):
        imprint = {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": IMPRINT}
        refused(TokenReason.IMPRINT_ALGORITHM, Recipe(info=(("message_imprint", imprint),)))

    def test_imprint(self):
        refused(TokenReason.IMPRINT, Recipe(), imprint=hashlib.sha256(b"another root").digest())

    def test_policy(self):
        refused(TokenReason.POLICY, Recipe(info=(("policy", "1.2.3.4"),)))
        refused(TokenReason.POLICY, Recipe(), trust=replace(TRUST, policies=frozenset()))

    def test_what_a_stranger_promises_is_not_asked(self):
        """Its policy and accuracy are no fault of its token: another verifier may trust just that authority."""
        other = pki.ca("another authority")
        stranger = replace(TRUST, anchors=(other.certificate,))
        for info in ((("policy", "1.2.3.4"),), (("accuracy", {"seconds": 9}),)):
            refused(TokenReason.PATH, Recipe(info=info), trust=stranger)

    def test_the_reason_is_that_of_who_knows_the_token(self):
        der = Recipe(info=(("policy", "1.2.3.4"),)).token()
        strangers = [replace(TRUST, anchors=(pki.ca(name).certificate,)) for name in ("one", "two")]
        for trusts in ([*strangers, TRUST], [TRUST, *strangers]):
            with pytest.raises(TokenRefused) as caught:
                verify_with_any(der, IMPRINT, trusts, GEN_TIME)
            assert caught.value.reason is TokenReason.POLICY
            assert caught.value.undecided
        with pytest.raises(TokenRefused) as caught:
            verify_with_any(der, IMPRINT, strangers, GEN_TIME)
        assert (caught.value.reason, caught.value.undecided) == (TokenReason.PATH, True)

    def test_extension(self):
        extension = {"extn_id": "1.2.3.4", "critical": True, "extn_value": b"x"}
        refused(TokenReason.EXTENSION, Recipe(info=(("extensions", [extension]),)))
        verify(Recipe(info=(("extensions", [extension | {"critical": False}]),)))

    def test_future(self):
        refused(TokenReason.FUTURE, Recipe(), at=GEN_TIME - SECOND - timedelta(microseconds=1))
        verify(Recipe(), at=GEN_TIME)

    @pytest.mark.parametrize("accuracy", [{"seconds": 2}, {"seconds": 1, "micros": 1}])
    def test_accuracy(self, accuracy):
        refused(TokenReason.ACCURACY, Recipe(info=(("accuracy", accuracy),)))


class TestSigner:
    @pytest.mark.parametrize(
        "dates",
        [{"start": GEN_TIME + SECOND, "end": pki.END}, {"start": pki.START, "end": GEN_TIME - SECOND}],
    )
    def test_outside_validity(self, dates):
        refused(TokenReason.OUTSIDE_VALIDITY, Recipe(signer=pki.tsa(ROOT, **dates)))

    def test_a_certificate_that_ended_since_does_no_harm(self):
        verify(Recipe(), at=pki.END + timedelta(days=365))

    @pytest.mark.parametrize(
        "arguments",
        [
            {"purposes": None},
            {"purposes_critical": False},
            {"purposes": [ExtendedKeyUsageOID.CODE_SIGNING]},
            {"purposes": [TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]},
            {"purposes": [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]},
        ],
        ids=["none", "not critical", "other", "not sole", "any"],
    )
    def test_extended_key_usage(self, arguments):
        refused(TokenReason.EXTENDED_KEY_USAGE, Recipe(signer=pki.tsa(ROOT, **arguments)))

    def test_signer_is_a_ca(self):
        refused(TokenReason.SIGNER_IS_CA, Recipe(signer=pki.tsa(ROOT, is_ca=True)))

    @pytest.mark.parametrize(
        "arguments",
        [
            {"without_usage": True},
            {"may": pki.usage(crl_sign=True)},
            {"may": pki.usage(digital_signature=True, key_encipherment=True)},
            {"may": pki.usage(digital_signature=True, key_cert_sign=True)},
        ],
        ids=["none", "other", "encipherment too", "certificates too"],
    )
    def test_key_usage(self, arguments):
        refused(TokenReason.KEY_USAGE, Recipe(signer=pki.tsa(ROOT, **arguments)))

    @pytest.mark.parametrize("kind", ["rsa2048", "p521"])
    def test_weak_key(self, kind):
        refused(TokenReason.WEAK_ALGORITHM, Recipe(signer=pki.tsa(ROOT, private=pki.key(kind))))

    def test_weak_key_above_the_signer(self):
        middle = pki.ca("middle", ROOT, private=pki.key("rsa2048"))
        signer = pki.tsa(middle)
        recipe = Recipe(signer=signer, carried=(signer.certificate, middle.certificate))
        refused(TokenReason.WEAK_ALGORITHM, recipe)

    def test_weak_hash_of_the_signature(self):
        refused(TokenReason.WEAK_ALGORITHM, Recipe(digest="sha1"))

    def test_weak_hash_of_the_reference(self):
        weak = {
            "type": "signing_certificate_v2",
            "values": [pki.reference(SIGNER.certificate, digest="sha1")],
        }
        refused(TokenReason.WEAK_ALGORITHM, Recipe(change_attributes=lambda found: [*found[:2], weak]))

    def test_an_algorithm_has_its_time(self):
        rules = tuple(
            replace(rule, sunset=GEN_TIME) if rule.algorithm == "secp256r1" else rule
            for rule in BUILT_IN.rules
        )
        refused(
            TokenReason.WEAK_ALGORITHM, Recipe(), trust=replace(TRUST, algorithms=AlgorithmPolicy(2, rules))
        )


class TestPath:
    def test_another_ca_of_the_same_name(self):
        other = pki.ca("root", private=pki.key(owner="impostor"))
        signer = pki.tsa(other)
        refused(TokenReason.PATH, Recipe(signer=signer))
        refused(TokenReason.PATH, Recipe(signer=signer, carried=(signer.certificate, other.certificate)))

    def test_nothing_is_pinned(self):
        refused(TokenReason.PATH, Recipe(), trust=replace(TRUST, anchors=()))

    def test_an_intermediate_is_followed(self):
        middle = pki.ca("middle", ROOT, purposes=[TIME_STAMPING])
        signer = pki.tsa(middle)
        recipe = Recipe(signer=signer, carried=(signer.certificate, middle.certificate))
        assert len(verify(recipe).path) == 3
        refused(TokenReason.PATH, recipe.but(carried=(signer.certificate,)))
        pinned = replace(TRUST, anchors=(middle.certificate,))
        assert len(verify(recipe, trust=pinned).path) == 2

    def test_it_expires_with_the_first_certificate_below_the_anchor(self):
        middle = pki.ca("middle", ROOT, end=GEN_TIME + 100 * SECOND)
        signer = pki.tsa(middle)
        recipe = Recipe(signer=signer, carried=(signer.certificate, middle.certificate))
        assert verify(recipe).expires == middle.certificate.not_valid_after_utc
        pinned = replace(TRUST, anchors=(middle.certificate,))
        assert verify(recipe, trust=pinned).expires == signer.certificate.not_valid_after_utc

    def test_it_names_what_it_rests_on(self):
        used = {(use.algorithm, use.bits) for use in verify(Recipe()).algorithms}
        assert used == {("sha256", 0), ("secp256r1", 0)}

    @pytest.mark.parametrize(
        "middle",
        [
            pki.ca("middle", ROOT, is_ca=False),
            pki.ca("middle", ROOT, may=pki.usage(digital_signature=True)),
            pki.ca("middle", ROOT, purposes=[ExtendedKeyUsageOID.SERVER_AUTH]),
            pki.ca("middle", ROOT, end=GEN_TIME - SECOND),
            pki.ca("middle", ROOT, start=GEN_TIME + SECOND),
        ],
        ids=["no CA", "may not certify", "for servers", "ended", "not begun"],
    )
    def test_an_intermediate_that_may_not(self, middle):
        signer = pki.tsa(middle)
        refused(TokenReason.PATH, Recipe(signer=signer, carried=(signer.certificate, middle.certificate)))

    def test_path_length(self):
        root = pki.ca("short root", path_length=0)
        middle = pki.ca("middle", root)
        signer = pki.tsa(middle)
        refused(
            TokenReason.PATH,
            Recipe(signer=signer, carried=(signer.certificate, middle.certificate)),
            trust=replace(TRUST, anchors=(root.certificate,)),
        )

    def test_the_root_had_ended(self):
        root = pki.ca("old root", end=GEN_TIME - SECOND)
        refused(
            TokenReason.PATH, Recipe(signer=pki.tsa(root)), trust=replace(TRUST, anchors=(root.certificate,))
        )

    def test_strangers(self):
        stranger = pki.ca("stranger")
        recipe = Recipe(carried=(SIGNER.certificate, stranger.certificate))
        refused(TokenReason.FOREIGN_CERTIFICATE, recipe)
        refused(
            TokenReason.FOREIGN_CERTIFICATE, Recipe(carried=(SIGNER.certificate, pki.tsa(ROOT).certificate))
        )
        impostor = pki.ca("root", private=pki.key(owner="impostor"))
        refused(TokenReason.FOREIGN_CERTIFICATE, Recipe(carried=(SIGNER.certificate, impostor.certificate)))

    def test_a_cross_certificate_of_a_ca_on_the_path(self):
        cross = pki.ca("root", pki.ca("elder root"), private=ROOT.key)
        verify(Recipe(carried=(SIGNER.certificate, cross.certificate)))


class TestRevocation:
    def test_good(self):
        assert verify(Recipe(crls=(pki.revocation_list(ROOT),))).revocation == "good"
        trust = replace(TRUST, crls=(pki.revocation_list(ROOT, made=LATER),))
        assert verify(Recipe(), trust=trust).revocation == "good"

    def test_a_list_that_does_not_reach_is_no_answer(self):
        old = pki.revocation_list(ROOT, made=GEN_TIME - timedelta(days=9), until=GEN_TIME - SECOND)
        assert verify(Recipe(crls=(old,))).revocation == "unknown"
        assert verify(Recipe(crls=(pki.revocation_list(ROOT, critical=True),))).revocation == "unknown"
        assert verify(Recipe(crls=(pki.revocation_list(pki.ca("stranger")),))).revocation == "unknown"

    def test_every_certificate_of_the_path_needs_an_answer(self):
        middle = pki.ca("middle", ROOT)
        signer = pki.tsa(middle)
        recipe = Recipe(signer=signer, carried=(signer.certificate, middle.certificate))
        lists = (pki.revocation_list(middle), pki.revocation_list(ROOT))
        assert verify(recipe.but(crls=lists[:1])).revocation == "unknown"
        assert verify(recipe.but(crls=lists)).revocation == "good"

    def test_a_forged_list(self):
        forged = pki.revocation_list(ROOT, signed_by=pki.ca("stranger"))
        refused(TokenReason.REVOCATION_DATA, Recipe(crls=(forged,)))

    def test_a_ca_that_may_not_sign_lists(self):
        root = pki.ca("certifies only", may=pki.usage(key_cert_sign=True))
        recipe = Recipe(signer=pki.tsa(root), crls=(pki.revocation_list(root),))
        refused(TokenReason.REVOCATION_DATA, recipe, trust=replace(TRUST, anchors=(root.certificate,)))

    @pytest.mark.parametrize(
        ("reason", "when", "counts"),
        [
            (None, -1, True),
            (None, +1, True),
            (x509.ReasonFlags.key_compromise, +1, True),
            (x509.ReasonFlags.superseded, -1, True),
            (x509.ReasonFlags.superseded, +1, False),
            (x509.ReasonFlags.cessation_of_operation, +1, False),
        ],
    )
    def test_revoked(self, reason, when, counts):
        day = timedelta(days=when)
        row = (SIGNER.certificate, (GEN_TIME + day).replace(microsecond=0), reason)
        recipe = Recipe(crls=(pki.revocation_list(ROOT, revoked=[row]),))
        if counts:
            refused(TokenReason.REVOKED, recipe)
        else:
            assert verify(recipe).revocation == "good"

    def test_a_revoked_intermediate(self):
        middle = pki.ca("middle", ROOT)
        signer = pki.tsa(middle)
        listed = pki.revocation_list(ROOT, revoked=[(middle.certificate, pki.START, None)])
        recipe = Recipe(signer=signer, carried=(signer.certificate, middle.certificate), crls=(listed,))
        refused(TokenReason.REVOKED, recipe)


def test_no_single_bit_can_be_turned_unnoticed():
    """A bit turned in every tenth byte: refused with a reason, or (in what nobody signs) still saying the same."""
    good = verify(Recipe(crls=(pki.revocation_list(ROOT),)))
    places = range(random.randrange(10), len(good.der), 10)
    unnoticed = 0
    for place in places:
        turned = bytearray(good.der)
        turned[place] ^= 1 << random.randrange(8)
        try:
            token = verify_token(bytes(turned), imprint=IMPRINT, trust=TRUST, at=LATER)
        except TokenRefused:
            continue
        unnoticed += 1
        assert replace(token, der=good.der, revocation=good.revocation) == good
    # What no signature covers: versions, the list of digest algorithms, the issuer of a list that then covers nothing.
    assert unnoticed < len(places) / 10


CHAINS = SHARED / "vectors" / "tsr"


def _vector(folder, answer):
    """The token of an answer, its parsed content, and trust in the root of its chain with its policy."""
    *others, root = x509.load_pem_x509_certificates((CHAINS / folder / "ts_chain.pem").read_bytes())
    token = timestamp._token_of((CHAINS / folder / answer).read_bytes())
    info = open_envelope(token).info.native
    trust = TimestampTrust("vector", "test", (root,), frozenset({info["policy"]}), tuple(others))
    return token, info, trust


@needs_shared("vectors", "tsr")
@pytest.mark.parametrize(
    ("folder", "answer", "reason"),
    [
        ("test_tsa", "response.tsr", None),
        ("test_tsa", "response-injected-certs.tsr", TokenReason.FOREIGN_CERTIFICATE),
        ("sigstage", "response-sha256.tsr", None),
        ("sigstage", "response-sha384.tsr", None),
        ("sigstage", "response-invalid-signature.tsr", TokenReason.SIGNATURE),
        ("sigstage", "response-no-embedded-cert.tsr", None),
    ],
)
def test_vectors(folder, answer, reason):
    token, info, trust = _vector(folder, answer)
    imprint = info["message_imprint"]
    arguments = {
        "imprint": imprint["hashed_message"],
        "imprint_algorithm": imprint["hash_algorithm"]["algorithm"],
        "trust": trust,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    if reason is None:
        assert verify_token(token, **arguments).gen_time == info["gen_time"]
    else:
        with pytest.raises(TokenRefused) as caught:
            verify_token(token, **arguments)
        assert caught.value.reason is reason


@needs_shared("vectors", "tsr")
def test_a_vector_answers_its_request():
    request = tsp.TimeStampReq.load((CHAINS / "test_tsa" / "request.der").read_bytes()).native
    _, info, trust = _vector("test_tsa", "response.tsr")
    token = accept_response(
        (CHAINS / "test_tsa" / "response.tsr").read_bytes(),
        imprint=request["message_imprint"]["hashed_message"],
        imprint_algorithm="sha512",
        nonce=request["nonce"],
        trust=trust,
        now=info["gen_time"],
    )
    assert token.serial == info["serial_number"]


@needs_shared("vectors", "tsr")
def test_a_vector_without_its_certificate_needs_it_from_elsewhere():
    token, info, trust = _vector("sigstage", "response-no-embedded-cert.tsr")
    with pytest.raises(TokenRefused) as caught:
        verify_token(
            token,
            imprint=info["message_imprint"]["hashed_message"],
            trust=replace(trust, certificates=()),
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    assert caught.value.reason is TokenReason.SIGNER_UNKNOWN
