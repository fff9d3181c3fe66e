"""The embedded engine: tantivy in a folder, one writer, readers in any process."""

from search.embedded.reader import EmbeddedIndex
from search.embedded.writer import EmbeddedRebuild, EmbeddedWriter

__all__ = ["EmbeddedIndex", "EmbeddedRebuild", "EmbeddedWriter"]
