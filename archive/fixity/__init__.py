"""Fixity: which objects there are, that their stored bytes are read again within a set period, and what was found."""

from archive.fixity.figures import Figures, Side, figures, statement
from archive.fixity.identity import bring_back_identity
from archive.fixity.listing import continue_inventory, listed_raw, note_raw
from archive.fixity.rolling import Pace, Rolling
from archive.fixity.sides import ask_again

__all__ = [
    "Figures",
    "Pace",
    "Rolling",
    "Side",
    "ask_again",
    "bring_back_identity",
    "continue_inventory",
    "figures",
    "listed_raw",
    "note_raw",
    "statement",
]
