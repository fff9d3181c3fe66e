"""The embedded engine: tantivy in a folder, one writer, readers in any process."""

from search.embedded.reader import EmbeddedIndex
from search.embedded.rebuild import EmbeddedRebuild
from search.embedded.writer import EmbeddedWriter

__all__ = ["EmbeddedIndex", "EmbeddedRebuild", "EmbeddedWriter"]
