"""/log over REST: what auditors and their programs read, and how long it may be kept on the way."""

from datetime import UTC, datetime

from archive.cosignatures import keep_cosignature
from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey, cosign, verify_cosignatures
from signing.keys import Algorithm, KeySigner
from signing.note import Note
from signing.tlog import parse_bundle
from tests.api.support import House, problem
from tests.archive.building import search

LOG = "/api/v1/log"


def cosigned(house: House, name: str = "w.example") -> WitnessKey:
    """Have the published checkpoint cosigned by a new witness."""
    signer = KeySigner.generate(Algorithm.ED25519)
    signed = house.stranger().get(f"{LOG}/checkpoint").content
    note = Note.parse(signed)
    line = cosign(note.text, name, signer, datetime.now(UTC))
    key = WitnessKey(name, signer.public_der)
    (made,) = verify_cosignatures(note.with_signatures(line), [key], datetime.now(UTC))
    keep_cosignature(house.archive, signed, [line], made)
    return key


class TestLog:
    def test_full_tiles_are_kept_for_ever_and_others_briefly(self, house: House) -> None:
        search(house.archive, 300)
        house.settle()
        auditor, stranger = house.client("auditor"), house.stranger()
        size = Checkpoint.parse_text(Note.parse(stranger.get(f"{LOG}/checkpoint").content).text).size
        for client, path, who in ((stranger, "0", "public"), (auditor, "entries", "private")):
            full = client.get(f"{LOG}/tile/{path}/000").headers["cache-control"]
            assert full == f"{who}, max-age=31536000, immutable"
            partial = client.get(f"{LOG}/tile/{path}/001.p/{size - 256}").headers["cache-control"]
            assert partial == f"{who}, max-age=60"
        newest = stranger.get(f"{LOG}/checkpoint").headers
        assert newest["cache-control"] == "public, max-age=1, must-revalidate"
        assert newest["content-disposition"] == f'attachment; filename="checkpoint-{size}.txt"'

    def test_a_partial_tile_that_a_wider_one_stands_for_is_still_answered(self, house: House) -> None:
        """Whoever has kept an older checkpoint asks for the tiles of that size."""
        stranger, auditor = house.stranger(), house.client("auditor")
        search(house.archive, 100)
        house.settle()
        hashes = stranger.get(f"{LOG}/tile/0/000.p/100").content
        bundle = auditor.get(f"{LOG}/tile/entries/000.p/100").content
        search(house.archive, 200)
        house.settle()
        assert stranger.get(f"{LOG}/tile/0/000.p/100").content == hashes
        assert auditor.get(f"{LOG}/tile/entries/000.p/100").content == bundle
        assert len(parse_bundle(bundle)) == 100
        assert stranger.get(f"{LOG}/tile/0/000").content.startswith(hashes)
        for path in ("0/001.p/99", "0/001", "entries/001.p/99"):
            problem(auditor.get(f"{LOG}/tile/{path}"), 404, "NOT_FOUND")
        for path in ("0/000.p/0", "0/000.p/256", "0/0", "entries/x000"):
            problem(auditor.get(f"{LOG}/tile/{path}"), 400, "BAD_REQUEST")

    def test_cosignatures_stand_on_the_checkpoint(self, house: House) -> None:
        stranger = house.stranger()
        search(house.archive, 5)
        house.settle()
        problem(stranger.get(f"{LOG}/checkpoint", params={"cosigned": "true"}), 404, "NOT_FOUND")
        key = cosigned(house)
        note = stranger.get(f"{LOG}/checkpoint").content
        assert len(verify_cosignatures(Note.parse(note), [key], datetime.now(UTC))) == 1
        search(house.archive, 1)
        house.settle()
        assert len(Note.parse(stranger.get(f"{LOG}/checkpoint").content).signatures) == 1
        assert stranger.get(f"{LOG}/checkpoint", params={"cosigned": "true"}).content == note
