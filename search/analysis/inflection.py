"""Forms of a Polish word whose consonant changes, so that no stem has both: Małgorzata and Małgorzacie."""

from collections.abc import Iterator
from typing import Final

from search.analysis.folding import fold
from search.analysis.stems import Stems

MOST_FORMS: Final = 8
_SHORTEST = 4

_LETTERS = frozenset("aąbcćdeęfghijklłmnńoóprsśtuwyzźż")
_CONSONANTS = "bcćdfghjklłmnńprsśtwzźż"

# What a word must end with before the ending (nothing: any letter), and the endings, commonest first: consonants that
# change, vowels that come and go (Marek, Marka; Dworzec, Dworca), and the plural of surnames like Kowalski.
_TURNS = tuple(
    (before, tuple(endings.split()))
    for before, endings in (
        ("", "t ta ty cie tę tą tu tem to towi"),
        ("", "d da dy dzie dę dą du dem do dowi"),
        ("", "r ra ry rze rę rą ru rem ro rowi"),
        ("", "ł ła ły le łę łą łu łem ło łowi"),
        ("", "ka ki ce kę ką"),
        ("", "ga gi dze gę gą"),
        ("", "cha chy sze chę chą"),
        (_CONSONANTS, "ek ka ki kowi kiem ku"),
        ("cćnńsśzź", "iek ka ki kowi kiem ku"),
        (_CONSONANTS, "ec ca cowi cem cu"),
        (_CONSONANTS, "iec ca cowi cem cu"),
        ("", "rzec rca rcowi rcem rcu"),
        (_CONSONANTS, "el la lowi lem lu"),
        (_CONSONANTS, "eł ła le łowi łem łu"),
        ("tdp", "er ra rze rowi rem"),
        ("scz", "ki ka kiego kiej kiemu kim kich ką cy"),
    )
)


def other_forms(form: str, stems: Stems) -> tuple[str, ...]:
    """The folded forms that a normalised word may have in Polish and that its stems do not find; few.

    No dictionary is asked: of what is made so, what is no word stands on no page. Whole words and not stems, since the
    stem of Marcie is also that of marca, and that of Beacie is nearly nothing.
    """
    if len(form) < _SHORTEST or not _LETTERS.issuperset(form):
        return ()
    known = stems.all(form)
    made = dict.fromkeys(fold(other) for other in _turned(form) if stems.of(other, "pl") not in known)
    return tuple(made)[:MOST_FORMS]


def _turned(form: str) -> Iterator[str]:
    """The word with each other ending of the rows that its own stands in."""
    folded = fold(form)
    for before, endings in _TURNS:
        for ending in endings:
            rest = form[: -len(ending)]
            if folded.endswith(fold(ending)) and rest and (not before or rest[-1] in before):
                yield from (rest + other for other in endings if other != ending)
                break
