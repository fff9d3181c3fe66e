"""How a package for a court is put together out of what the archive keeps; `archive.packages` is its face."""
