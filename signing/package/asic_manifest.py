"""ASiCManifest and ASiCEvidenceRecordManifest (ETSI EN 319 162-1 annex A.4): what a signature or record is for."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NoReturn
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

_ASIC = "http://uri.etsi.org/02918/v1.2.1#"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_LARGEST = 64 << 20
_MOST = 200_000
_DEEPEST = 8

DIGEST_URIS: Mapping[str, str] = MappingProxyType(
    {
        "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
        "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
        "sha3_256": "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
        "sha3_512": "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
    }
)
"""Algorithm identifiers of XML signatures (RFC 6931, RFC 9231)."""

_ALGORITHMS = {uri: name for name, uri in DIGEST_URIS.items()}


@dataclass(frozen=True, slots=True)
class Reference:
    """A file, and its digest under an algorithm."""

    uri: str
    algorithm: str
    digest: bytes
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class AsicManifest:
    """What the signature or evidence record at `target` is for."""

    target: str
    references: tuple[Reference, ...]
    target_type: str | None = None

    def to_bytes(self) -> bytes:
        """The XML, in the one form that this writer gives."""
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<ASiCManifest xmlns="{_ASIC}" xmlns:ds="{_DSIG}">',
            f"<SigReference{_attributes(URI=self.target, MimeType=self.target_type)}/>",
        ]
        for each in self.references:
            lines += [
                f"<DataObjectReference{_attributes(URI=each.uri, MimeType=each.media_type)}>",
                f"<ds:DigestMethod{_attributes(Algorithm=DIGEST_URIS[each.algorithm])}/>",
                f"<ds:DigestValue>{base64.b64encode(each.digest).decode()}</ds:DigestValue>",
                "</DataObjectReference>",
            ]
        return ("\n".join([*lines, "</ASiCManifest>"]) + "\n").encode()

    @classmethod
    def parse(cls, data: bytes) -> "AsicManifest":
        """The manifest of an XML, ours or another's; raises ValueError. No document type is read."""
        if len(data) > _LARGEST:
            raise ValueError("the manifest is too large")
        reader = _Reader()
        # One encoding, whatever the file declares: two tools must not read two manifests out of the same bytes.
        parser = expat.ParserCreate("UTF-8", " ")
        parser.XmlDeclHandler = _require_utf8
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, KeyError) as error:
            raise ValueError("the manifest is not well-formed XML of its kind") from error
        if reader.target is None or not reader.references:
            raise ValueError("the manifest names no signature or record, or no file")
        return cls(reader.target, tuple(reader.references), reader.target_type)


@dataclass(slots=True)
class _Reader:
    """Takes the few elements that count out of the stream of events."""

    target: str | None = None
    target_type: str | None = None
    references: list[Reference] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _reference: dict[str, str] = field(default_factory=dict)
    _words: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > _DEEPEST or len(self.references) > _MOST:
            raise ValueError("the manifest is too deep, or lists too many files")
        self._words = []
        match self._open[1:]:
            case [] if name != f"{_ASIC} ASiCManifest":
                raise ValueError("this is no ASiCManifest")
            case [only] if only == f"{_ASIC} SigReference":
                if self.target is not None:
                    raise ValueError("the manifest names two signatures or records")
                self.target, self.target_type = attributes["URI"], attributes.get("MimeType")
            case [only] if only == f"{_ASIC} DataObjectReference":
                self._reference = {
                    "uri": attributes["URI"],
                    **({"media_type": attributes["MimeType"]} if "MimeType" in attributes else {}),
                }
            case [_, leaf] if leaf == f"{_DSIG} DigestMethod":
                self._put("algorithm", _algorithm(attributes["Algorithm"]))

    def text(self, words: str) -> None:
        self._words.append(words)

    def end(self, name: str) -> None:
        parents = self._open[1:]
        self._open.pop()
        match parents:
            case [_, leaf] if leaf == f"{_DSIG} DigestValue":
                self._put("digest", "".join("".join(self._words).split()))
            case [only] if only == f"{_ASIC} DataObjectReference":
                found: dict[str, Any] = dict(self._reference)
                if "algorithm" not in found or "digest" not in found:
                    raise ValueError("a file of the manifest has no digest")
                found["digest"] = base64.b64decode(found["digest"], validate=True)
                self.references.append(Reference(**found))

    def _put(self, member: str, value: str) -> None:
        if member in self._reference:
            raise ValueError(f"a file of the manifest has two values for {member}")
        self._reference[member] = value


def references(pairs: Iterable[tuple[str, str, bytes]]) -> tuple[Reference, ...]:
    """References of (path, media type, SHA-256)."""
    return tuple(Reference(path, "sha256", digest, media_type) for path, media_type, digest in pairs)


def _attributes(**members: str | None) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in members.items() if value is not None)


def _algorithm(uri: str) -> str:
    if uri not in _ALGORITHMS:
        raise ValueError("a digest of the manifest is under an algorithm that is not known")
    return _ALGORITHMS[uri]


def _require_utf8(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.upper() not in ("UTF-8", "US-ASCII"):
        raise ValueError("the manifest is not in UTF-8")


def _refuse(*_: object) -> NoReturn:
    raise ValueError("the manifest has a document type")
