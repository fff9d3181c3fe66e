"""Copies of papers to read and search: a searchable PDF/A-2b, plain text and hOCR, out of what was read already."""
