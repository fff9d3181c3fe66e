import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing import der
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.errors import RecordReason, RecordRefused, StampInvalid, TokenReason, TokenRefused
from signing.ers import (
    ArchiveTimestamp,
    HashTree,
    archive_timestamp,
    asn1,
    digest_of,
    evidence_record,
    fold_hashtree,
    fold_record,
    hash_group,
    parse_record,
)
from signing.ers.tree import DIGEST_SIZES, hash_bytes
from signing.renewal import History, hashtree_renewal, timestamp_renewal
from signing.stamp import reduced_tree, stamp_root
from tests.signing.evidence import START, Deposit, authority, deposits, stamped, token
from tests.signing.fuzzing import damage

GROUPS = deposits(5)
HISTORIES = stamped(GROUPS)
LATER = START + timedelta(days=365 * 9)
NOW = START + timedelta(days=365 * 10)
SECOND = authority(2034)


def _members(deposit: Deposit):
    return [digest_of(data) for data in deposit.files]


def _refused(record: bytes, deposit: Deposit, reason: RecordReason, **options: bool) -> None:
    with pytest.raises(RecordRefused) as refused:
        fold_record(parse_record(record), _members(deposit), **options)
    assert refused.value.reason is reason


def _renewed() -> list[History]:
    tree = timestamp_renewal([history.newest_token for history in HISTORIES], "sha256")
    assert len(tree.leaves) == 1
    answer = token(SECOND, tree, LATER)
    return [history.renew_timestamp(tree, 0, answer) for history in HISTORIES]


def _rehashed(algorithm: str = "sha512") -> list[History]:
    pairs = list(zip(HISTORIES, GROUPS, strict=True))
    nodes = [history.renewed_node(algorithm, deposit.digests(algorithm)) for history, deposit in pairs]
    tree = hashtree_renewal(nodes, [hash_bytes(algorithm, b"a bundle of the log")], algorithm)
    answer = token(SECOND, tree, LATER)
    return [
        history.renew_hashtree(tree, place, deposit.digests(algorithm), answer)
        for place, (history, deposit) in enumerate(pairs)
    ]


RENEWED = _renewed()
REHASHED = _rehashed()


@pytest.mark.parametrize("algorithm", sorted(DIGEST_SIZES))
@settings(max_examples=20)
@given(count=st.integers(1, 40), data=st.data())
def test_every_leaf_of_every_tree_folds_to_its_root(algorithm, count, data):
    leaves = [hash_bytes(algorithm, bytes([number])) for number in range(count)]
    tree = HashTree(algorithm, leaves)
    index = data.draw(st.integers(0, count - 1))
    siblings = tree.siblings(index)
    assert fold_hashtree(algorithm, [[leaves[index]], *([each] for each in siblings)]) == tree.root
    assert len(siblings) <= (count - 1).bit_length()
    if algorithm == "sha256":
        assert (stamp_root(leaves), reduced_tree(leaves, index)) == (tree.root, siblings)


def test_trees_are_over_digests():
    for leaves in ([], [b"short"]):
        with pytest.raises(ValueError, match="digest of sha256"):
            HashTree("sha256", leaves)
    for index in (-1, 5):
        with pytest.raises(ValueError, match="no leaf"):
            HashTree("sha256", [deposit.node() for deposit in GROUPS]).siblings(index)


@pytest.mark.parametrize("place", range(5))
def test_records_prove_their_groups(place):
    for history, at in ((HISTORIES, START + timedelta(days=1)), (RENEWED, NOW), (REHASHED, NOW)):
        proof = GROUPS[place].verify(history[place].to_bytes(), at, authority(), SECOND)
        assert proof.existed == START
        assert proof.newest.gen_time in (START, LATER)
        assert [step.others for step in proof.steps] == [0] * len(proof.steps)
    assert [step.order for step in proof.steps] == [None, "unsorted"]


def test_what_is_parsed_is_what_was_built():
    for history in (*HISTORIES, *RENEWED, *REHASHED):
        data = history.to_bytes()
        record = parse_record(data)
        assert (record.der, record.chains) == (data, history.chains)
        assert History.of(record).to_bytes() == data
        assert history.sequence_der() == record.sequence_der()


def test_algorithms_are_named_once_in_the_order_of_their_chains():
    assert parse_record(RENEWED[0].to_bytes()).algorithms == ("sha256",)
    assert parse_record(REHASHED[0].to_bytes()).algorithms == ("sha256", "sha512")


def test_equal_files_count_each():
    twins = Deposit((b"the same", b"the same"))
    [history] = stamped([twins])
    record = history.to_bytes()
    assert fold_record(parse_record(record), _members(twins))
    _refused(record, Deposit((b"the same",)), RecordReason.GROUP)
    _refused(record, Deposit((b"the same",) * 3), RecordReason.NOT_COVERED)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (lambda files: (files[0] + b"!", files[1]), RecordReason.NOT_COVERED),
        (lambda files: files[:1], RecordReason.GROUP),
        (lambda files: (*files, b"one more"), RecordReason.NOT_COVERED),
        (lambda files: (files[0], files[0]), RecordReason.NOT_COVERED),
        (lambda _: GROUPS[1].files, RecordReason.NOT_COVERED),
    ],
    ids=["altered", "omitted", "added", "doubled", "swapped with another deposit"],
)
def test_other_files(files, reason):
    _refused(HISTORIES[0].to_bytes(), Deposit(files(GROUPS[0].files)), reason)


def test_order_of_files_says_nothing():
    assert fold_record(parse_record(HISTORIES[0].to_bytes()), _members(Deposit(GROUPS[0].files[::-1])))


def test_pseudo_document_of_two_hashes():
    """RFC 4998 trees do not tell leaves from nodes: 64 bytes fold as a document, so members must be read strictly."""
    group = [Deposit((data.files[0],)) for data in GROUPS[:2]]
    tree = HashTree("sha256", [deposit.node() for deposit in group])
    pseudo = Deposit((b"".join(sorted(tree.leaves)),))
    forged = History.initial(
        HashTree("sha256", [tree.root]), 0, pseudo.digests(), token(authority(), tree, START)
    )
    assert fold_record(parse_record(forged.to_bytes()), _members(pseudo))
    _refused(forged.to_bytes(), group[0], RecordReason.NOT_COVERED)


def _with(history: History, **changes: object) -> bytes:
    """The record with its last time-stamp made anew from changed parts."""
    last = replace(history.chains[-1][-1], **changes)
    return evidence_record((*history.chains[:-1], (*history.chains[-1][:-1], _rebuilt(last))))


def _rebuilt(stamp: ArchiveTimestamp) -> ArchiveTimestamp:
    """An ArchiveTimeStamp in DER from whatever parts, consistent or not."""
    value = asn1.ArchiveTimeStamp(
        {
            "digest_algorithm": {"algorithm": stamp.algorithm},
            "reduced_hashtree": [list(values) for values in stamp.hashtree],
            "time_stamp": asn1.cms.ContentInfo.load(stamp.token),
        }
    )
    return replace(stamp, der=value.dump())


def test_foreign_object_in_the_group():
    """Files a and b stamped as one group; the record is then shown for a alone, and for a with a stranger beside it."""
    record = HISTORIES[0].to_bytes()
    _refused(record, Deposit(GROUPS[0].files[:1]), RecordReason.GROUP)
    assert (
        fold_record(parse_record(record), _members(Deposit(GROUPS[0].files[:1])), exact=False)[0].others == 1
    )
    last = HISTORIES[0].chains[0][0]
    stranger = hash_bytes("sha256", b"a stranger")
    joined = ((*last.hashtree[0], stranger), *last.hashtree[1:])
    _refused(_with(HISTORIES[0], hashtree=joined), GROUPS[0], RecordReason.IMPRINT)


def test_sibling_posing_as_a_member():
    """The group rule needs siblings to begin with the second list; a record that merges the first two is refused."""
    first, second, *rest = HISTORIES[0].chains[0][0].hashtree
    node = hash_group("sha256", first)
    merged = ((node, *second), *rest)
    assert fold_hashtree("sha256", merged) == fold_hashtree("sha256", (first, second, *rest))
    _refused(_with(HISTORIES[0], hashtree=merged), GROUPS[0], RecordReason.NOT_COVERED)


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree[:-1],
        lambda tree: (*tree, (bytes(32),)),
        lambda tree: (tree[0], *tree[:0:-1]),
        lambda tree: (tree[0], (bytes(32),), *tree[2:]),
    ],
    ids=["a row less", "a row more", "rows exchanged", "another sibling"],
)
def test_other_paths(change):
    changed = change(HISTORIES[0].chains[0][0].hashtree)
    _refused(_with(HISTORIES[0], hashtree=changed), GROUPS[0], RecordReason.IMPRINT)


def test_token_of_another_stamp():
    other = stamped(deposits(3, files=1))[0].newest_token
    _refused(_with(HISTORIES[0], token=other), GROUPS[0], RecordReason.IMPRINT)


def test_token_under_another_algorithm():
    tree = HashTree("sha512", [hash_bytes("sha512", b"something")])
    record = _with(HISTORIES[0], token=token(authority(), tree, START))
    _refused(record, GROUPS[0], RecordReason.IMPRINT)


def test_algorithm_confusion():
    """A SHA3-256 digest has the size of a SHA-256 one: the name decides, not the size."""
    record = _with(HISTORIES[0], algorithm="sha3_256")
    _refused(record, GROUPS[0], RecordReason.IMPRINT)
    _refused(_with(HISTORIES[0], algorithm="sha512"), GROUPS[0], RecordReason.ALGORITHM)
    _refused(_with(HISTORIES[0], algorithm="sha1"), GROUPS[0], RecordReason.ALGORITHM)


def test_renewal_of_another_token():
    other = stamped(deposits(3, files=1), START + timedelta(days=2))
    tree = timestamp_renewal([other[0].newest_token], "sha256")
    answer = token(SECOND, tree, LATER)
    spliced = (*HISTORIES[0].chains[0], other[0].renew_timestamp(tree, 0, answer).chains[0][1])
    _refused(evidence_record([spliced]), GROUPS[0], RecordReason.TIMESTAMP_NOT_COVERED)


def test_two_algorithms_in_one_chain():
    tree = HashTree("sha512", [hash_bytes("sha512", HISTORIES[0].newest_token)])
    renewed = archive_timestamp(tree, 0, tree.leaves, token(SECOND, tree, LATER))
    _refused(evidence_record([(*HISTORIES[0].chains[0], renewed)]), GROUPS[0], RecordReason.ALGORITHM)


def test_member_dropped_at_a_hashtree_renewal():
    """The new chain covers one file of two: the other would lose its proof with the old hash."""
    history, deposit = HISTORIES[0], GROUPS[0]
    digests = deposit.digests("sha512")[:1]
    tree = hashtree_renewal([history.renewed_node("sha512", digests)], [], "sha512")
    record = history.renew_hashtree(tree, 0, digests, token(SECOND, tree, LATER)).to_bytes()
    _refused(record, deposit, RecordReason.SEQUENCE_NOT_COVERED)
    _refused(record, Deposit(deposit.files[:1]), RecordReason.GROUP)


def test_hashtree_renewal_spliced_onto_another_past():
    """Chains of the same files from two stamps: the second chain must cover exactly the first as it stands here."""
    [other] = stamped(GROUPS[:1], START + timedelta(days=3))
    _refused(
        evidence_record((other.chains[0], REHASHED[0].chains[1])),
        GROUPS[0],
        RecordReason.SEQUENCE_NOT_COVERED,
    )
    renewed_later = (RENEWED[0].chains[0], REHASHED[0].chains[1])
    _refused(evidence_record(renewed_later), GROUPS[0], RecordReason.SEQUENCE_NOT_COVERED)


def test_hashtree_renewal_without_its_past():
    _refused(evidence_record([REHASHED[0].chains[1]]), GROUPS[0], RecordReason.NOT_COVERED)


def test_sorted_renewals_of_others_are_read_and_named():
    [deposit] = deposits(1, files=64)
    # Some file must come out in another order than unsorted: the hash of the chains is not greater than all.
    history = next(
        made
        for made in iter(lambda: stamped([deposit])[0], None)
        if hash_bytes("sha512", made.sequence_der()) < max(deposit.digests("sha512"))
    )
    before = hash_bytes("sha512", history.sequence_der())
    joined = [hash_bytes("sha512", b"".join(sorted((d, before)))) for d in deposit.digests("sha512")]
    tree = HashTree("sha512", [hash_group("sha512", joined)])
    chain = (archive_timestamp(tree, 0, joined, token(SECOND, tree, LATER)),)
    steps = fold_record(parse_record(evidence_record((*history.chains, chain))), _members(deposit))
    assert steps[-1].order == "sorted"


def test_digest_that_is_not_known():
    known = [{"sha256": digest}.__getitem__ for digest in GROUPS[0].digests()]
    assert fold_record(parse_record(HISTORIES[0].to_bytes()), known)
    with pytest.raises(RecordRefused) as refused:
        fold_record(parse_record(REHASHED[0].to_bytes()), known)
    assert refused.value.reason is RecordReason.DIGEST_MISSING
    assert refused.value.undecided


def test_time_must_go_forward():
    """A renewal that is older than what it renews, by an authority that was tricked or turned its clock back."""
    tree = timestamp_renewal([HISTORIES[0].newest_token], "sha256")
    for when in (START - timedelta(minutes=1), START):
        record = HISTORIES[0].renew_timestamp(tree, 0, token(authority(), tree, when)).to_bytes()
        with pytest.raises(RecordRefused) as refused:
            GROUPS[0].verify(record, START + timedelta(days=1), authority())
        assert refused.value.reason is RecordReason.ORDER


def test_late_renewal():
    late = authority().tsa_certificate.not_valid_after_utc + timedelta(days=1)
    tree = timestamp_renewal([HISTORIES[0].newest_token], "sha256")
    record = HISTORIES[0].renew_timestamp(tree, 0, token(SECOND, tree, late)).to_bytes()
    with pytest.raises(RecordRefused) as refused:
        GROUPS[0].verify(record, late, authority(), SECOND)
    assert refused.value.reason is RecordReason.LATE_RENEWAL
    assert refused.value.undecided


def test_newest_certificate_has_ended():
    end = authority().tsa_certificate.not_valid_after_utc
    assert GROUPS[0].verify(HISTORIES[0].to_bytes(), end, authority())
    with pytest.raises(RecordRefused) as refused:
        GROUPS[0].verify(HISTORIES[0].to_bytes(), end + timedelta(seconds=1), authority())
    assert refused.value.reason is RecordReason.EXPIRED
    assert refused.value.undecided


def test_authority_that_is_not_trusted():
    with pytest.raises(TokenRefused) as refused:
        GROUPS[0].verify(RENEWED[0].to_bytes(), NOW, authority())
    assert refused.value.reason is TokenReason.PATH
    assert refused.value.undecided


def test_building_wants_what_belongs_together():
    tree = HashTree("sha256", [deposit.node() for deposit in GROUPS])
    answer = token(authority(), tree, START)
    for place, members in ((1, GROUPS[0].digests()), (5, GROUPS[0].digests()), (0, [])):
        with pytest.raises(StampInvalid, match="not what stands at this position"):
            archive_timestamp(tree, place, members, answer)
    for broken in (b"", answer[:-1], answer + b"\0", der.sequence(b"")):
        with pytest.raises(StampInvalid, match="no token in DER"):
            archive_timestamp(tree, 0, GROUPS[0].digests(), broken)
    with pytest.raises(StampInvalid, match="another root"):
        archive_timestamp(tree, 0, GROUPS[0].digests(), stamped(deposits(2))[0].newest_token)
    for chains in ((), ((),)):
        with pytest.raises(ValueError, match="at least one"):
            evidence_record(chains)
    with pytest.raises(ValueError, match="at least one object"):
        fold_record(parse_record(HISTORIES[0].to_bytes()), [])


def test_renewal_checks_that_it_is_for_this_history():
    other = stamped(deposits(3, files=1))
    tree = timestamp_renewal([other[0].newest_token], "sha256")
    with pytest.raises(StampInvalid):
        HISTORIES[0].renew_timestamp(tree, 0, token(SECOND, tree, LATER))


@pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")
def test_damaged_records_never_prove_anything_else():
    """What still holds after damage (where no signature and no digest reaches) says the same of the same files."""
    chance = random.Random(4998)
    seeds = [history.to_bytes() for history in (HISTORIES[0], RENEWED[0], REHASHED[0])]
    held = 0
    for _ in range(600):
        try:
            proof = GROUPS[0].verify(damage(seeds, chance, der=True), NOW, authority(), SECOND)
        except (RecordRefused, TokenRefused):
            continue
        held += 1
        assert proof.existed == START
        assert proof.steps[0].imprint == HISTORIES[0].chains[0][0].imprint.digest
    assert held < 60


def test_weak_at_its_own_time():
    """A policy that is handed in may refuse what the authority's configuration allowed."""
    rules = tuple(rule for rule in BUILT_IN.rules if rule.algorithm != "secp256r1")
    with pytest.raises(TokenRefused) as refused:
        GROUPS[0].verify(HISTORIES[0].to_bytes(), START, authority(), policy=AlgorithmPolicy(2, rules))
    assert refused.value.reason is TokenReason.WEAK_ALGORITHM
    assert not refused.value.undecided
