"""Which logs and witnesses are trusted, and how many must have cosigned (C2SP tlog-policy)."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from signing.checkpoint import Checkpoint
from signing.cosignature import Cosignature, WitnessKey, verify_cosignatures
from signing.errors import NoteInvalid, QuorumNotMet, QuorumPolicyInvalid
from signing.note import Note, NoteKey

NONE = "none"
"""The quorum that every checkpoint meets."""

_LARGEST = 1 << 18
_MOST = 256
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Named:
    """A key of a policy, and the URL that stands with it."""

    key: NoteKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Of these members, witnesses or groups, at least `threshold` must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that one of the policy's logs signed, and the cosignatures that meet its quorum."""

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True, slots=True)
class QuorumPolicy:
    """Logs, witnesses and groups by their names in the policy file, and the name of the quorum."""

    logs: tuple[Named, ...]
    witnesses: Mapping[str, Named]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The policy of a file; raises `QuorumPolicyInvalid`, which names the line."""
        if len(data) > _LARGEST or _FORBIDDEN.search(data):
            raise QuorumPolicyInvalid("the policy is too large, or has a control character")
        if data and not data.endswith(b"\n"):
            raise QuorumPolicyInvalid("the last line of the policy does not end")
        reading = _Reading()
        # Octets above 0x7F are opaque (section "Character set"): names are equal where their octets are.
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        for number, line in enumerate(lines, 1):
            words = _BLANKS.split(line.strip(" \t"))
            if words == [""] or words[0].startswith("#"):
                continue
            try:
                reading.take(words[0], words[1:])
            except (ValueError, NoteInvalid) as error:
                raise QuorumPolicyInvalid(f"line {number} of the policy: {error}") from error
        if reading.quorum is None:
            raise QuorumPolicyInvalid("the policy has no quorum line")
        return cls(tuple(reading.logs), dict(reading.witnesses), dict(reading.groups), reading.quorum)

    @property
    def witness_keys(self) -> tuple[WitnessKey, ...]:
        """The keys of all witnesses."""
        return tuple(each.key for each in self.witnesses.values() if isinstance(each.key, WitnessKey))

    def verify(self, checkpoint: bytes, at: datetime) -> Witnessed:
        """The checkpoint, signed by a log of the policy and cosigned as the quorum demands, none of it after `at`.

        Raises `NoteInvalid` where a signature is false or no log of the policy signed, `QuorumNotMet` where too few
        witnesses did.
        """
        note = Note.parse(checkpoint)
        parsed = Checkpoint.parse_text(note.text)
        note.verify([log.key for log in self.logs if log.key.name == parsed.origin])
        return Witnessed(parsed, self.require(note, at))

    def require(self, note: Note, at: datetime) -> tuple[Cosignature, ...]:
        """The cosignatures of a checkpoint whose log's signature was verified already, where they meet the quorum."""
        found = verify_cosignatures(note, self.witness_keys, at)
        keys = {each.key for each in found}
        by = {name for name, witness in self.witnesses.items() if witness.key in keys}
        if self.quorum != NONE and not self._met(self.quorum, by):
            raise QuorumNotMet(
                f"{len(by)} of {len(self.witnesses)} witnesses cosigned, which does not meet the quorum"
            )
        return found

    def _met(self, name: str, by: Set[str]) -> bool:
        """Groups name only what stands before them, and each name once, so that this ends and counts nobody twice."""
        group = self.groups.get(name)
        if group is None:
            return name in by
        return sum(self._met(member, by) for member in group.members) >= group.threshold


class _Reading:
    """What was read of a policy so far."""

    def __init__(self) -> None:
        self.logs: list[Named] = []
        self.witnesses: dict[str, Named] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def take(self, word: str, rest: list[str]) -> None:
        """One line; raises ValueError or `NoteInvalid`."""
        match word, rest:
            case "log", [vkey, *url] if len(url) <= 1:
                self._take_log(NoteKey.parse(vkey), url)
            case "witness", [name, vkey, *url] if len(url) <= 1:
                self._take_witness(name, WitnessKey.parse(vkey), url)
            case "group", [name, threshold, *members] if members:
                self._take_group(name, threshold, members)
            case "quorum", [name]:
                if self.quorum is not None:
                    raise ValueError("a second quorum")
                if name != NONE and name not in self.witnesses and name not in self.groups:
                    raise ValueError("the quorum is not the name of a witness or group before it")
                self.quorum = name
            case _:
                raise ValueError("it is no log, witness, group or quorum line")

    def _take_log(self, key: NoteKey, url: list[str]) -> None:
        if any(each.key.public_der == key.public_der for each in self.logs):
            raise ValueError("a log with the key of another")
        if len(self.logs) >= _MOST:
            raise ValueError(f"more than {_MOST} logs")
        self.logs.append(Named(key, *url))

    def _take_witness(self, name: str, key: WitnessKey, url: list[str]) -> None:
        self._require_new(name)
        if any(each.key.public_der == key.public_der for each in self.witnesses.values()):
            raise ValueError("a witness with the key of another")
        self.witnesses[name] = Named(key, *url)

    def _take_group(self, name: str, threshold: str, members: list[str]) -> None:
        self._require_new(name)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise ValueError("a member that is no witness or group before it")
            if member in self._members:
                raise ValueError("a member that belongs to a group already")
            self._members.add(member)
        counts = {"any": "1", "all": str(len(members))}
        number = counts.get(threshold, threshold)
        if not re.fullmatch(r"[1-9][0-9]{0,3}", number) or int(number) > len(members):
            raise ValueError("the threshold is not all, any, or a number from 1 to that of the members")
        self.groups[name] = Group(int(number), tuple(members))

    def _require_new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError("the name is taken")
        if len(self.witnesses) + len(self.groups) >= _MOST:
            raise ValueError(f"more than {_MOST} witnesses and groups")
