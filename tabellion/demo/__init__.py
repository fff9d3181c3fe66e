"""The demo: a fictional portfolio of three debtors and two namesakes, its registry and its papers, made from a seed."""

from tabellion.demo.fonts import FontsMissing
from tabellion.demo.papers import SEED, DemoPaper, iter_portfolio, portfolio, registry
from tabellion.demo.registry import Claim, Party, Portfolio, Registry

__all__ = [
    "SEED",
    "Claim",
    "DemoPaper",
    "FontsMissing",
    "Party",
    "Portfolio",
    "Registry",
    "iter_portfolio",
    "portfolio",
    "registry",
]
