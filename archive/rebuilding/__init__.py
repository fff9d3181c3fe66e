"""The single parts of a rebuild; `archive.rebuild` puts them together."""
