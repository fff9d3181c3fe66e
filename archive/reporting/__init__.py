"""The papers of a package that people read: `report.pdf` and the exhibits, as PDF/A-2b (EVIDENCE section 7)."""
