"""Evidence records of what is stored, through all renewals, built when they are asked for (RFC 4998).

A record begins with the stamp of its group and goes on with whatever renewed that stamp's token, and then that
renewal's. Nothing here says whether the tokens hold: `signing.ers.verify_record` does.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import Select, func, select

from archive import stamp_files
from archive.archive import Archive
from archive.catalogue.schema import manifests, objects, renewals, stamp_tokens, stamps
from archive.deposit_files import file_key
from archive.log_files import LogFiles
from archive.renewal_files import Renewal, read_lists, read_renewal
from archive.stamp_tokens import further_tokens
from archive.vault import Ref, VaultMissing
from signing import cms
from signing.ers.tree import DIGEST_SIZES, hash_bytes
from signing.manifest import EvidenceManifest, FileEntry
from signing.other_tokens import OtherToken
from signing.renewal import History
from signing.stamp_records import StampRecords
from signing.tlog import bundles_for
from signing.tlog.tiles import WIDTH

Members: TypeAlias = Callable[[str], Sequence[bytes]]
"""The digests of a group's members under a hash algorithm; raises KeyError where it cannot compute it."""

_LARGEST_MANIFEST = 64 << 20
_CHUNK = 1 << 20
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Chain:
    """A stamp or hash-tree renewal with which records begin, and the renewals after it, the oldest first."""

    source: str
    renewals: tuple[str, ...]


@dataclass(slots=True)
class EvidenceRecords:
    """Builds records; what it read of stamps and renewals stays in memory, so that many records cost little.

    Make a new one for a new look at the archive: it does not see renewals that come later.
    """

    archive: Archive
    _stamps: OrderedDict[str, StampRecords] = field(default_factory=OrderedDict)
    _renewals: OrderedDict[str, tuple[Renewal, bytes]] = field(default_factory=OrderedDict)
    _chains: dict[str, Chain] = field(default_factory=dict)

    def of_manifest(self, deposit: str, version: int = 1) -> History | None:
        """The record of a manifest and all files that it lists; None while its time proof is pending.

        Raises `StampInvalid` where what is stored does not fit together, and what reading the vault raises.
        """
        query = select(manifests.c.stamp_id, manifests.c.stamp_position, manifests.c.digest)
        where = (manifests.c.deposit_id == deposit, manifests.c.version == version)
        with self.archive.catalogue.read() as connection:
            row = connection.execute(query.where(*where)).one()
        if row.stamp_id is None or not self.is_proved(row.stamp_id):
            return None
        members = stored_members(self.archive, deposit, version, row.digest)
        return self.of_group(row.stamp_id, row.stamp_position, members)

    def of_checkpoint(self, stamp: str) -> History:
        """The record of a stamp's checkpoint: of its note text, without signature lines."""
        records = self.stamp(stamp)
        return self.of_group(stamp, len(records.nodes), _single(records.checkpoint))

    def of_group(self, source: str, position: int, members: Members) -> History:
        """The record of the group at a position of a stamp, or of a hash-tree renewal's log (0: its checkpoint)."""
        history = self._initial(source, position, members)
        before, following = source, self.chain(source).renewals
        if stamp_files.split_further(source) is not None:
            before, following = following[0], following[1:]
        for renewal in following:
            history = self._renewed(history, renewal, before, source, position, members)
            before = renewal
        return history

    def of_token(self, stamp: str, place: int) -> History | None:
        """The record of a further token of a stamp, as bytes like any other; None where nothing has renewed it."""
        name = stamp_files.further_name(stamp, place)
        if not self.chain(name).renewals:
            return None
        return self.of_group(name, 0, _single(stamp_files.read_further(self.archive.objects, stamp, place)))

    def of_renewed_checkpoint(self, renewal: str) -> History:
        """The record of the signed checkpoint that a hash-tree renewal covers."""
        return self.of_group(renewal, 0, _single(self.renewal(renewal)[0].signed))

    def of_bundle(self, renewal: str, index: int) -> History:
        """The record of an entry bundle that a hash-tree renewal covers: of each of its entries, as one group."""
        found = self.renewal(renewal)[0]
        return self.of_group(renewal, 1 + index - found.first_bundle, self.bundle_members(found, index))

    def bundle_members(self, renewal: Renewal, index: int) -> Members:
        """The entries of a bundle, as far as the renewal's checkpoint goes."""
        bundle = next(each for each in bundles_for(index * WIDTH, renewal.log_size) if each.index == index)
        entries = LogFiles(self.archive.objects).read_bundle(bundle)
        return lambda algorithm: [hash_bytes(algorithm, entry) for entry in entries]

    def log_bundles(self, seqs: Iterable[int]) -> dict[int, bytes]:
        """The DER records of the entry bundles of these entries, by index, as far as hashes were renewed.

        Of each bundle the oldest is taken that covers all of these entries.
        """
        last: dict[int, int] = {}
        for seq in seqs:
            last[seq // WIDTH] = max(seq, last.get(seq // WIDTH, seq))
        found: dict[int, bytes] = {}
        for renewal in self.log_renewals():
            value = self.renewal(renewal)[0]
            for index, seq in last.items():
                if index not in found and index >= value.first_bundle and seq < value.log_size:
                    found[index] = self.of_bundle(renewal, index).to_bytes()
        return found

    def log_checkpoint(self, note_text: bytes) -> bytes | None:
        """The DER record of a checkpoint, by its note text, where a stamp covers it and its hash was renewed."""
        query = select(stamps.c.id).where(stamps.c.checkpoint == note_text.decode())
        with self.archive.catalogue.read() as connection:
            ids = list(connection.execute(query.order_by(stamps.c.number)).scalars())
        for stamp in ids:
            renewed = [self.renewal(each)[0].kind for each in self.chain(stamp).renewals]
            if "hashtree-renewal" in renewed:
                return self.of_checkpoint(stamp).to_bytes()
        return None

    def log_renewals(self) -> list[str]:
        """The hash-tree renewals that hold, the oldest first: those that cover the log."""
        query = select(renewals.c.id).where(
            renewals.c.kind == "hashtree-renewal", renewals.c.state.in_(("verified", "published"))
        )
        with self.archive.catalogue.read() as connection:
            return list(connection.execute(query.order_by(renewals.c.number)).scalars())

    def chain(self, source: str) -> Chain:
        """What renewed the token of a stamp or renewal, and what renewed that, up to now."""
        if source not in self._chains:
            found: list[str] = []
            with self.archive.catalogue.read() as connection:
                before = source
                while True:
                    following: str | None = connection.execute(_renewed_by(before)).scalar()
                    if following is None:
                        break
                    found.append(following)
                    before = following
            self._chains[source] = Chain(source, tuple(found))
        return self._chains[source]

    def is_proved(self, stamp: str) -> bool:
        """Whether the stamp has a verified token."""
        with self.archive.catalogue.read() as connection:
            state = connection.scalar(select(stamps.c.state).where(stamps.c.id == stamp))
        return state in ("verified", "published")

    def tokens(self, source: str) -> list[bytes]:
        """The tokens (DER) of a stamp or hash-tree renewal and of all that renewed it, the oldest first."""
        chain = self.chain(source)
        first = self.renewal(source)[1] if self._is_renewal(source) else self.stamp(source).token
        return [first, *(self.renewal(each)[1] for each in chain.renewals)]

    def helpers(
        self, source: str
    ) -> tuple[tuple[x509.Certificate, ...], tuple[x509.CertificateRevocationList, ...]]:
        """Certificates and revocation lists for the tokens of a stamp and its renewals, each once.

        They come out of the tokens, out of what was collected at renewals, and out of what came late; renewals of the
        further tokens of a stamp count.
        """
        certificates: dict[x509.Certificate, None] = {}
        crls: dict[bytes, x509.CertificateRevocationList] = {}
        for each in (source, *self.renewals_of(source)):
            token = self.renewal(each)[1] if self._is_renewal(each) else self.stamp(each).token
            envelope = cms.open_envelope(token)
            certificates |= dict.fromkeys(envelope.certificates)
            for crl in (*envelope.crls, *map(x509.load_der_x509_crl, self._lists(each))):
                crls[crl.fingerprint(SHA256())] = crl
        return tuple(certificates), tuple(crls.values())

    def late_lists(self, source: str) -> tuple[bytes, ...]:
        """Revocation lists (DER) that came later than the tokens of a stamp and its renewals."""
        return tuple(
            each
            for thing in (source, *self.renewals_of(source))
            for each in stamp_files.read_late_lists(self.archive.objects, thing)
        )

    def others(self, stamp: str) -> tuple[OtherToken, ...]:
        """Tokens of other operators over the root of a stamp, with their own records; none for a renewal."""
        found = []
        for place in self._places(stamp):
            history = self.of_token(stamp, place)
            der = stamp_files.read_further(self.archive.objects, stamp, place)
            found.append(OtherToken(der, None if history is None else history.to_bytes()))
        return tuple(found)

    def _places(self, stamp: str) -> list[int]:
        with self.archive.catalogue.read() as connection:
            return [row.place for row in further_tokens(connection, stamp)]

    def renewals_of(self, source: str) -> list[str]:
        """What renewed a stamp or hash-tree renewal, and what renewed its further tokens."""
        names = [source, *(stamp_files.further_name(source, place) for place in self._places(source))]
        return list(dict.fromkeys(each for name in names for each in self.chain(name).renewals))

    def stamp(self, stamp: str) -> StampRecords:
        """A stamp as the vault has it."""
        if stamp not in self._stamps:
            frozen = stamp_files.read_frozen(self.archive.objects, stamp)
            token = stamp_files.read_token(self.archive.objects, stamp)
            self._stamps[stamp] = StampRecords(frozen.format, frozen.nodes, frozen.checkpoint, token)
            _trim(self._stamps)
        self._stamps.move_to_end(stamp)
        return self._stamps[stamp]

    def renewal(self, renewal: str) -> tuple[Renewal, bytes]:
        """A renewal as the vault has it, and its token."""
        if renewal not in self._renewals:
            found = read_renewal(self.archive.objects, renewal)
            self._renewals[renewal] = (found, stamp_files.read_token(self.archive.objects, renewal))
            _trim(self._renewals)
        self._renewals.move_to_end(renewal)
        return self._renewals[renewal]

    def groups(self, source: str) -> int:
        """How many groups a stamp or hash-tree renewal has; a further token is one."""
        if stamp_files.split_further(source) is not None:
            return 1
        if self._is_renewal(source):
            return self.renewal(source)[0].log_groups
        return len(self.stamp(source).nodes) + 1

    def _lists(self, each: str) -> Iterator[bytes]:
        yield from read_lists(self.archive.objects, each)
        yield from stamp_files.read_late_lists(self.archive.objects, each)

    def _is_renewal(self, source: str) -> bool:
        return source in self._renewals or bool(
            self.archive.objects.vault.versions(f"{stamp_files.prefix(source)}renewal.json")
        )

    def _initial(self, source: str, position: int, members: Members) -> History:
        if stamp_files.split_further(source) is not None:
            renewal, token = self.renewal(self.chain(source).renewals[0])
            return History.initial(renewal.tree, renewal.leaf_of(source), members(renewal.algorithm), token)
        if not self._is_renewal(source):
            return self.stamp(source).group(position, members("sha256"))
        renewal, token = self.renewal(source)
        place = renewal.log_start + position
        return History.initial(renewal.tree, place, members(renewal.algorithm), token)

    def _renewed(
        self, history: History, renewal: str, before: str, source: str, position: int, members: Members
    ) -> History:
        found, token = self.renewal(renewal)
        if found.kind == "timestamp-renewal":
            return history.renew_timestamp(found.tree, found.leaf_of(before), token)
        place = found.place(source, position)
        return history.renew_hashtree(found.tree, place, members(found.algorithm), token)


def _renewed_by(name: str) -> Select[Any]:
    """What renewed the token of a stamp, renewal or further token."""
    further = stamp_files.split_further(name)
    if further is not None:
        stamp, place = further
        here = (stamp_tokens.c.stamp_id == stamp) & (stamp_tokens.c.place == place)
        return select(stamp_tokens.c.renewed_by).where(here)
    of_stamp = select(stamps.c.renewed_by).where(stamps.c.id == name)
    of_renewal = select(renewals.c.renewed_by).where(renewals.c.id == name)
    return select(func.coalesce(of_stamp.scalar_subquery(), of_renewal.scalar_subquery()))


def stored_members(archive: Archive, deposit: str, version: int, digest: str) -> Members:
    """The members of a manifest's group: the manifest, then the files that it lists.

    SHA-256 and SHA-512 of the files are those that the manifest states; under other hashes they are read. `digest` is
    that of the manifest. Raises, when it is called, what reading the vault raises.
    """
    owner = f"deposits/{deposit}"

    def stored(key: str, plain: str) -> Ref:
        query = select(objects).where(objects.c.key == key, objects.c.plain_digest == plain)
        with archive.catalogue.read() as connection:
            row = connection.execute(query.order_by(objects.c.id.desc()).limit(1)).one_or_none()
        if row is None:
            raise VaultMissing(f"the catalogue does not list {key} with the digest that counts")
        return Ref(row.key, row.version, row.digest, row.size)

    body = archive.objects.read_bytes(
        stored(f"{owner}/manifest-{version}.json", digest), owner, _LARGEST_MANIFEST
    )
    files = EvidenceManifest.parse(body).files

    def file_digest(entry: FileEntry, algorithm: str) -> bytes:
        stated = {"sha256": entry.sha256, "sha512": entry.sha512}.get(algorithm)
        if stated is not None:
            return bytes.fromhex(stated)
        if algorithm not in DIGEST_SIZES:
            raise KeyError(algorithm)
        running = hashlib.new(algorithm)
        with archive.objects.open(stored(file_key(deposit, entry), entry.sha256), owner) as stream:
            for piece in _pieces(stream.read):
                running.update(piece)
        return running.digest()

    return lambda algorithm: [
        hash_bytes(algorithm, body),
        *(file_digest(entry, algorithm) for entry in files),
    ]


def _single(data: bytes) -> Members:
    return lambda algorithm: [hash_bytes(algorithm, data)]


def _pieces(read: Callable[[int], bytes]) -> Iterable[bytes]:
    while piece := read(_CHUNK):
        yield piece


def _trim(remembered: OrderedDict[str, Any]) -> None:
    while len(remembered) > _REMEMBERED:
        remembered.popitem(last=False)
