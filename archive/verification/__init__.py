"""The single checks of a verification; `archive.verify` puts them together."""
