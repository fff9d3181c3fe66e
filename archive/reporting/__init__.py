"""The papers of a package that people read, and chosen pages: PDF/A-2b (EVIDENCE section 7)."""

from archive.reporting.exhibit import exhibit_pdf, write_chosen, write_exhibit
from archive.reporting.report import report_pdf

__all__ = ["exhibit_pdf", "report_pdf", "write_chosen", "write_exhibit"]
