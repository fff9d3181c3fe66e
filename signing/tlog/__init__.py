"""The transparency log: RFC 9162 section 2 Merkle trees, kept as the tiles and entry bundles of C2SP tlog-tiles."""

from signing.tlog.merkle import (
    EMPTY_ROOT,
    ReadNode,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    node_reader,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from signing.tlog.tiles import Bundle, Tile, bundles_for, entry_bundle, parse_bundle, tiles_for
from signing.tlog.tree import Grown, LogTree, ReadTile

__all__ = [
    "EMPTY_ROOT",
    "Bundle",
    "Grown",
    "LogTree",
    "ReadNode",
    "ReadTile",
    "Tile",
    "bundles_for",
    "consistency_proof",
    "entry_bundle",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "node_reader",
    "parse_bundle",
    "root_at",
    "root_of",
    "tiles_for",
    "verify_consistency",
    "verify_inclusion",
]
