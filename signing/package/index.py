"""`package.json`: what a package holds, in canonical bytes under the seal, so that nothing is left out unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from signing import canonical
from signing import fields as check
from signing.errors import NotCanonical
from signing.package import layout

SCHEMA = "urn:tabellion:package:v1"
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class DepositItem:
    """A deposit of the package: its folder's number, its manifest's digest, its stamp; no stamp: time proof pending."""

    number: int
    deposit: str
    manifest: str
    stamp: int | None = None

    def __post_init__(self) -> None:
        check.integer("number", self.number, 1)
        check.identifier("deposit", self.deposit)
        check.text("manifest", self.manifest, "sha256")
        if self.stamp is not None:
            check.integer("stamp", self.stamp, 1)

    @property
    def folder(self) -> str:
        """Where its files stand."""
        return layout.folder(self.number)


@dataclass(frozen=True, slots=True)
class DocumentItem:
    """A document, the folders of the deposits whose pages make it, and deposits of it that were erased."""

    document: str
    deposits: tuple[int, ...]
    erased: tuple[str, ...] = ()
    exhibit: int | None = None

    def __post_init__(self) -> None:
        check.identifier("document", self.document)
        for number in self.deposits:
            check.integer("deposits", number, 1)
        for deposit in self.erased:
            check.identifier("erased", deposit)
        if not self.deposits and not self.erased:
            raise ValueError("a document has no deposit")
        if self.exhibit is not None:
            check.integer("exhibit", self.exhibit, 1)


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """The index; raises ValueError where it names a folder that it does not list, or one twice."""

    archive: str
    origin: str
    language: str
    checkpoint: int
    deposits: tuple[DepositItem, ...]
    documents: tuple[DocumentItem, ...]

    def __post_init__(self) -> None:
        check.identifier("archive", self.archive)
        check.text("language", self.language, "name")
        check.integer("checkpoint", self.checkpoint, 1)
        if not isinstance(self.origin, str) or not 0 < len(self.origin) < 256:
            raise ValueError("origin is empty or too long")
        if not self.documents or len(self.deposits) > _MOST or len(self.documents) > _MOST:
            raise ValueError(f"a package has at least one document and at most {_MOST}")
        numbers = {each.number for each in self.deposits}
        # One deposit may be there twice, with two manifests: two extracts of it, for two documents.
        if not len(numbers) == len({each.manifest for each in self.deposits}) == len(self.deposits):
            raise ValueError("a manifest or a folder is listed twice")
        if len({each.document for each in self.documents}) != len(self.documents):
            raise ValueError("a document is listed twice")
        if {number for each in self.documents for number in each.deposits} != numbers:
            raise ValueError("documents and deposits do not name the same folders")

    def to_bytes(self) -> bytes:
        """The RFC 8785 bytes of `package.json`."""
        deposits: list[dict[str, Any]] = [
            {"number": each.number, "deposit": each.deposit, "manifest": each.manifest}
            | ({} if each.stamp is None else {"stamp": each.stamp})
            for each in self.deposits
        ]
        documents: list[dict[str, Any]] = [
            {"document": each.document, "deposits": list(each.deposits)}
            | ({"erased": list(each.erased)} if each.erased else {})
            | ({} if each.exhibit is None else {"exhibit": each.exhibit})
            for each in self.documents
        ]
        return canonical.dumps(
            {
                "$schema": SCHEMA,
                "archive": self.archive,
                "origin": self.origin,
                "language": self.language,
                "checkpoint": self.checkpoint,
                "deposits": deposits,
                "documents": documents,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The index of exact bytes; raises ValueError."""
        try:
            value = dict(check.members("package.json", canonical.load_object(data), _REQUIRED))
        except NotCanonical as error:
            raise ValueError(str(error)) from error
        if value.pop("$schema") != SCHEMA:
            raise ValueError(f"$schema is not {SCHEMA}")
        deposits = tuple(_deposit(each) for each in _array("deposits", value.pop("deposits")))
        documents = tuple(_document(each) for each in _array("documents", value.pop("documents")))
        return cls(deposits=deposits, documents=documents, **value)


_REQUIRED = frozenset({"$schema", "archive", "origin", "language", "checkpoint", "deposits", "documents"})


def _deposit(value: object) -> DepositItem:
    required = frozenset({"number", "deposit", "manifest"})
    return DepositItem(**check.members("a deposit", value, required, frozenset({"stamp"})))


def _document(value: object) -> DocumentItem:
    members: Mapping[str, Any] = check.members(
        "a document", value, frozenset({"document", "deposits"}), frozenset({"erased", "exhibit"})
    )
    return DocumentItem(
        members["document"],
        tuple(_array("deposits", members["deposits"])),
        tuple(_array("erased", members.get("erased", []))),
        members.get("exhibit"),
    )


def _array(where: str, value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise ValueError(f"{where} is not an array of at most {_MOST}")
    return value
