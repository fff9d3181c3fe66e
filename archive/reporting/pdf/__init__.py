"""A small writer of PDF/A-2b (ISO 19005-2): pages, embedded fonts, shaped text, pictures as they are, pages to search.

It knows nothing of archives: the report, exhibits, searchable copies and chosen pages are made with it. Objects go out
as they are made, so that memory holds one page; equal input gives equal bytes.
"""
