"""The keys by which the present is read out of the append-only histories: `current(table, *KEY)`."""

FIELD_KEY = ("document_id", "name", "page", "raw")
"""A field is what stands somewhere: a correction or withdrawal is a newer row with the same raw text."""

LINK_KEY = ("link_id",)
SCOPE_KEY = ("document_id", "first_page", "last_page", "scope")
CUT_KEY = ("deposit_id", "page")
RELATION_KEY = ("document_id", "other_id", "relation")

CUT_FROM, JOINED_INTO, RESCAN_OF = "cut_from", "joined_into", "rescan_of"
"""Relations that say where a paper came from or went: `cut_from` and `joined_into` name pages of the other."""
