"""Hebrew words without the one-letter words that are written together with them."""

# and, the, in, as, to, from, that
_PREFIXES = "והבכלמש"
_MOST = 2
_SHORTEST = 2


def is_hebrew(form: str) -> bool:
    """Whether a normalised word is written in Hebrew letters."""
    return "\u05d0" <= form[:1] <= "\u05ea"


def bare_forms(folded: str) -> tuple[str, ...]:
    """The word with one, then two leading one-letter words taken off; at least two letters stay.

    No dictionary decides whether the letter belongs to the root: the forms are offered beside the word.
    """
    forms: list[str] = []
    for length in range(1, _MOST + 1):
        if len(folded) - length < _SHORTEST or folded[length - 1] not in _PREFIXES:
            break
        forms.append(folded[length:])
    return tuple(forms)
