"""The log names the algorithm policy that is in force, once, and again when it changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from archive.algorithm_changes import STATE, note_policy
from archive.archive import Archive
from archive.authorities.tightened import Tightened
from archive.catalogue import schema as t
from signing.algorithm_policy import policy_digest
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.entry import Entry
from signing.errors import TokenRefused
from signing.timestamp import accept_response, build_request
from tests.archive.keeping import TestKeeper, authority


def told(archive: Archive) -> list[tuple[str, str]]:
    """Subjects and reasons of the `config` entries in the log."""
    with archive.catalogue.read() as connection:
        query = select(t.log_entries.c.entry).where(t.log_entries.c.type == "config")
        rows = connection.execute(query.order_by(t.log_entries.c.seq)).scalars()
        return [(entry.subject or "", entry.reason or "") for entry in map(Entry.parse, rows)]


def test_once_and_when_it_changes(archive: Archive) -> None:
    keeper = TestKeeper(archive)
    ends = archive.clock.now() + timedelta(days=900)
    tighter = AlgorithmPolicy(2, tuple(replace(rule, sunset=ends) for rule in BUILT_IN.rules))
    done = [note_policy(archive, keeper.token(), each) for each in (BUILT_IN, BUILT_IN, tighter, tighter)]
    keeper.run()
    assert done == [1, 0, 1, 0]
    expected = [(policy_digest(BUILT_IN), "init"), (policy_digest(tighter), "changed")]
    assert told(archive) == expected
    # A rebuilt catalogue does not know what it noted; the log does.
    with archive.catalogue.write() as connection:
        connection.execute(delete(t.archive_state).where(t.archive_state.c.name == STATE))
    assert note_policy(archive, keeper.token(), tighter) == 0
    keeper.run()
    assert told(archive) == expected


def test_tokens_are_accepted_under_the_archives_own_policy(archive: Archive) -> None:
    rules = tuple(rule for rule in BUILT_IN.rules if rule.algorithm != "secp256r1")
    local = authority(archive)
    strict = Tightened(local, AlgorithmPolicy(2, rules))
    imprint, now = bytes(32), archive.clock.now()
    answer = strict.stamp(build_request(imprint, nonce=7, policy=strict.policy))
    assert accept_response(answer, imprint=imprint, nonce=7, trust=local.trust, now=now)
    with pytest.raises(TokenRefused, match="secp256r1"):
        accept_response(answer, imprint=imprint, nonce=7, trust=strict.trust, now=now)
    assert (strict.operator, strict.revocation) == (local.operator, local.revocation)
