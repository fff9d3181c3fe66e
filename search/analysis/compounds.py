"""German compounds by their parts, where all parts are known words of letters and contracts."""

from functools import lru_cache
from importlib import resources

from search.analysis.folding import fold, normalise

_LINKS = ("", "s", "es", "n", "en", "er")
_SHORTEST = 8
_MOST_PARTS = 4


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, str]:
    """Folded spelling in a compound to the word: "miet" stands for "miete"."""
    lines = resources.files(__package__).joinpath("german.txt").read_text(encoding="utf-8").splitlines()
    words = [fold(normalise(word)) for line in lines if not line.startswith("#") for word in line.split()]
    spelled = {word[:-1]: word for word in words if word.endswith("e") and len(word) > 4}
    spelled.update((word, word) for word in words)
    return spelled


@lru_cache(maxsize=65536)
def parts(folded: str) -> tuple[str, ...]:
    """The words of a folded compound in their order; nothing for a word that is none, or has unknown parts."""
    if len(folded) < _SHORTEST or not folded.isalpha():
        return ()
    found = _split(folded, _MOST_PARTS)
    return found if len(found) > 1 else ()


def _split(rest: str, most: int) -> tuple[str, ...]:
    lexicon = _lexicon()
    if rest in lexicon:
        return (lexicon[rest],)
    if most == 1:
        return ()
    for end in range(len(rest) - 3, 2, -1):
        word = lexicon.get(rest[:end])
        if word is None:
            continue
        for link in _LINKS:
            if rest.startswith(link, end):
                tail = _split(rest[end + len(link) :], most - 1)
                if tail:
                    return (word, *tail)
    return ()
