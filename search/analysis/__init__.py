"""The one analyser, in Python, for both engines: a page's text becomes plain tokens in parallel fields."""

from search.analysis.analyser import Analyser, Fields, Token
from search.analysis.folding import fold, normalise
from search.analysis.identifiers import identifier_form, skeleton

__all__ = ["Analyser", "Fields", "Token", "fold", "identifier_form", "normalise", "skeleton"]
