"""Secrets in the catalogue: sealed for one owner and name, altered ones refused, gone with the owner's key."""

from dataclasses import replace

import pytest

from archive.archive import Archive
from archive.secrets import open_secret, seal_secret
from archive.vault import KeyMissing, Objects, VaultAltered

OWNER, NAME, SECRET = "accounts/one", "factor", b"twenty bytes of a key"


def test_comes_back_as_it_was(archive: Archive) -> None:
    kept = seal_secret(archive, OWNER, NAME, SECRET)
    assert SECRET not in kept
    assert open_secret(archive, OWNER, NAME, kept) == SECRET
    assert seal_secret(archive, OWNER, NAME, SECRET) != kept


def test_opens_for_its_owner_and_name_only(archive: Archive) -> None:
    kept = seal_secret(archive, OWNER, NAME, SECRET)
    seal_secret(archive, "accounts/two", NAME, SECRET)
    for owner, name in ((OWNER, "another"), ("accounts/two", NAME)):
        with pytest.raises(VaultAltered):
            open_secret(archive, owner, name, kept)


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_what_was_altered_does_not_open(archive: Archive, place: int) -> None:
    kept = bytearray(seal_secret(archive, OWNER, NAME, SECRET))
    kept[place] ^= 1
    with pytest.raises(VaultAltered):
        open_secret(archive, OWNER, NAME, bytes(kept))
    with pytest.raises(VaultAltered):
        open_secret(archive, OWNER, NAME, b"")


def test_ends_with_the_key_of_its_owner(archive: Archive) -> None:
    kept = seal_secret(archive, OWNER, NAME, SECRET)
    assert archive.objects.keyring is not None
    archive.objects.keyring.destroy(OWNER)
    with pytest.raises(KeyMissing):
        open_secret(archive, OWNER, NAME, kept)
    with pytest.raises(KeyMissing):
        seal_secret(archive, OWNER, NAME, SECRET)


def test_without_encryption_it_lies_there_as_everything_does(archive: Archive) -> None:
    plain = replace(archive, objects=Objects(archive.objects.vault, None, archive.ids.randomness))
    kept = seal_secret(plain, OWNER, NAME, SECRET)
    assert open_secret(plain, OWNER, NAME, kept) == SECRET
    with pytest.raises(VaultAltered):
        open_secret(archive, OWNER, NAME, kept)  # an encrypted archive takes nothing in clear
