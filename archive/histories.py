"""The keys by which the present is read out of the append-only histories: `current(table, *KEY)`."""

FIELD_KEY = ("document_id", "name", "page", "raw")
"""A field is what stands somewhere: a correction or withdrawal is a newer row with the same raw text."""

LINK_KEY = ("link_id",)
SCOPE_KEY = ("document_id", "first_page", "last_page", "scope")
CUT_KEY = ("deposit_id", "page")
RELATION_KEY = ("document_id", "other_id", "relation")
