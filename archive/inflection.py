"""Forms of names: whether two words begin alike and end as cases of one name do, in Polish, Russian and German."""

from collections.abc import Collection, Iterator

_LATIN = "a e i y u o s n owi em iem ego iego emu iemu im ym ej iej ie om ami ach es en"
_CYRILLIC = "а у е и ы я ю о ом ым им ого его ому ему ои ою еи ем ия ию ии ием ями ами"
ENDINGS = frozenset(("", *_LATIN.split(), *_CYRILLIC.split()))
"""Folded endings of names in Polish and Russian, and the German genitive."""

# Folded ends of Polish names whose last consonant changes: Robert, Robercie; Monika, Monice; Marek, Markowi.
_TURNS = tuple(
    frozenset(turn.split())
    for turn in (
        "t ta cie",
        "d da dzie",
        "r ra rze",
        "k ka ce",
        "g ga dze",
        "st sta scie",
        "ch cha sze",
        "ek ka ki kowi kiem ku",
        "ec ca cowi cem cu",
        "el la lowi lem le",
    )
)
_SHORTEST_STEM = 3


def inflected(one: str, other: str, endings: Collection[str] = ENDINGS) -> bool:
    """Whether both begin alike and end as forms of one name do: Kowalski and Kowalskiego, Юрий and Юрию."""
    return any(
        stem >= _SHORTEST_STEM and one[stem:] in endings and other[stem:] in endings
        for stem in _stems(one, other)
    )


def is_form(typed: str, name: str) -> bool:
    """As `inflected`, also where a consonant changes (Małgorzacie of Małgorzata) and of short names (Ewie of Ewa)."""
    for stem in _stems(typed, name):
        ends = {typed[stem:], name[stem:]}
        if stem >= 2 and (ends <= ENDINGS or any(ends <= turn for turn in _TURNS)):
            return True
    return False


def stem_of(typed: str) -> str:
    """What every name that a folded word may be a form of begins with; as long as that can be said."""
    return typed[: max(2, len(typed) - (2 if len(typed) < 6 else 3 if len(typed) < 7 else 4))]


def _stems(one: str, other: str) -> Iterator[int]:
    """How long the stem may be, longest first."""
    shorter, longer = sorted((one, other), key=len)
    common = next(
        (index for index, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter)
    )
    # What both endings begin with belongs to them: Kowalski and Kowalskim have no ending and an m.
    yield from range(common, max(common - 2, 0), -1)
