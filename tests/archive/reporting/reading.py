"""What pdfium reads in the PDFs that we write."""

import pypdfium2


def pages_of(data: bytes) -> list[str]:
    """The text of each page, spaces and line ends as single spaces."""
    with pypdfium2.PdfDocument(data) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def text_of(data: bytes) -> str:
    """The text of all pages."""
    return " ".join(pages_of(data))
