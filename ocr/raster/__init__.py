"""Files as pages of pixels and words: one module per file format."""
