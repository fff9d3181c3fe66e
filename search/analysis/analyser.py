"""Text to tokens: each with its place and its exact, folded and stemmed form, its parts, its identifier."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from sys import intern
from typing import NamedTuple

import regex

from archive.transliteration import to_latin
from search.analysis import compounds, hebrew, thai
from search.analysis.folding import fold, normalise
from search.analysis.identifiers import identifier_form, looks_like_identifier
from search.analysis.inflection import other_forms
from search.analysis.outline import JOINED, THAI_GROUP, group_of
from search.analysis.segments import Segment, Sort, segments, stretches
from search.analysis.stems import Stems

_LONGEST = 64
LONGEST_KNOWN = 40
_QUOTES = regex.compile("['\u2019\u02bc`\u00b4]")
_LETTER_QUOTE = "\u02bc"
_GERSHAYIM = regex.compile('["\u05f3\u05f4\u201d]')
_SPACES = regex.compile(r"\s+")
_BROKEN = regex.compile("[-\u2010\u00ad]\n[ \t]*")
_BROKEN_ENDS = ("-\n", "\u2010\n", "\u00ad\n")
_DIGIT = regex.compile(r"\d")
_CHUNK = regex.compile(r"\S+")
_SEPARATORS = regex.compile(r"[^\p{L}\p{M}\p{Nd}]+")
_APART = {code: " " for code in range(128) if not chr(code).isalnum()}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

# Articles and prepositions that lose their vowel before an apostrophe (Italian, Catalan and French names).
_ELIDED = frozenset(
    (
        *("l", "un", "d", "dell", "all", "nell", "sull", "dall", "coll", "quell", "quest", "bell", "sant"),
        *("c", "s", "t", "m", "n", "j", "qu", "gl", "anch", "com", "cos", "dev", "dov", "tutt"),
    )
)


class _Forms(NamedTuple):
    form: str
    folded: str
    stem: str
    parts: tuple[str, ...]
    identifier: str | None = None


class Token(NamedTuple):
    """One token of a text, `text[start:end]`.

    `form` is the exact token, `folded` the same without diacritics, `stem` the folded stem in the page's language,
    `parts` what stands inside or beside it, `identifier` its normalised value if it is worth keeping as one.
    """

    start: int
    end: int
    form: str
    folded: str
    stem: str
    parts: tuple[str, ...]
    identifier: str | None = None


class Fields(NamedTuple):
    """The tokens of a text as fields of an index carry them, separated by spaces; the first three are parallel.

    `groups` are what an outline is made of (`search.analysis.outline`), `words` the folded tokens, each once.
    """

    exact: str
    folded: str
    stem: str
    part: str
    identifiers: tuple[str, ...]
    groups: str
    words: frozenset[str]


class _Woven(NamedTuple):
    """The same of a piece of a text, but for `words`."""

    exact: str
    folded: str
    stem: str
    part: str
    identifiers: tuple[str, ...]
    groups: str


_FORMS = (itemgetter(0), itemgetter(1), itemgetter(2))
_PART, _GROUPS = itemgetter(3), itemgetter(5)


class Analyser:
    """Makes tokens of pages and of queries, by the same rules; safe to share between threads."""

    def __init__(self, *, cache: int = 200_000) -> None:
        self._stems = Stems()
        self._word_forms = lru_cache(maxsize=cache)(self._analyse_word)
        self._number_forms = lru_cache(maxsize=cache // 4)(_analyse_number)
        self._chunk_tokens = lru_cache(maxsize=cache // 4)(self._analyse_chunk)
        self._most_woven = cache
        self._woven: dict[str, _Known] = {}
        self._keys: dict[str, dict[str, frozenset[str]]] = {}

    def tokens(self, text: str, language: str = "und") -> list[Token]:
        """The tokens of a text in order; positions in the parallel fields are their places in this list."""
        found: list[Token] = []
        for at, end in stretches(text):
            if is_whole(text, at, end):
                found += self._analyse(text, at, end, language)
                continue
            for chunk in _CHUNK.finditer(text, at, end):
                start = chunk.start()
                for token in self._chunk_tokens(chunk[0], language):
                    found.append(Token(start + token[0], start + token[1], *token[2:]))
        return found

    def known_keys(self, language: str) -> dict[str, frozenset[str]]:
        """What stands between spaces with all forms of its tokens, as far as `remember_keys` was told."""
        return self._keys.setdefault(language, {})

    def remember_keys(self, chunk: str, language: str, tokens: Iterable[Token | _Forms]) -> frozenset[str]:
        """The forms of a chunk's tokens, remembered for `known_keys`, which is emptied when it is full."""
        known = self.known_keys(language)
        if len(known) >= self._most_woven:
            known.clear()
        keys = known[chunk] = frozenset(
            key for token in tokens for key in (token.form, token.folded, token.stem, *token.parts)
        )
        return keys

    def word_keys(self, chunk: str, language: str) -> frozenset[str]:
        """The same for what is one word: none where it is not seen at once that it is one, or has no form."""
        if not chunk.isalpha() or max(chunk) >= thai.FIRST:
            return frozenset()
        forms = self._word_forms(chunk, language)
        return self.remember_keys(chunk, language, (forms,)) if forms.form else frozenset()

    def chunk(self, chunk: str, language: str) -> tuple[Token, ...]:
        """The tokens of what stands between spaces; remembered, for the same comes again and again."""
        return self._chunk_tokens(chunk, language)

    def segment(self, text: str, at: int, end: int, language: str) -> list[Token]:
        """The tokens of a stretch of a text, which begins and ends at spaces; nothing of it is remembered."""
        return list(self._analyse(text, at, end, language))

    def _analyse_chunk(self, chunk: str, language: str) -> tuple[Token, ...]:
        return tuple(self._analyse(chunk, 0, len(chunk), language))

    def _analyse(self, text: str, at: int, end: int, language: str) -> Iterator[Token]:
        for segment in segments(text, at, end):
            if segment.sort is Sort.THAI:
                yield from self._thai(text, segment)
                continue
            raw = text[segment.start : segment.end]
            if segment.sort is Sort.WORD:
                forms = self._word_forms(raw, language)
            else:
                forms = self._number_forms(raw, segment.sort is Sort.NUMBER)
            if forms.form:
                yield Token(segment.start, segment.end, *forms)

    def fields(self, text: str, language: str = "und") -> Fields:
        """What `tokens` gives, joined to fields, in a third of the time."""
        known = self._woven.get(language)
        if known is None:
            known = self._woven[language] = _Known(self, language, self._most_woven)
        of_chunk = known.__getitem__
        woven: list[_Woven] = []
        identifiers: list[str] = []
        at = 0
        for start, end in wholes(text):
            woven += map(of_chunk, text[at:start].split())
            fields = _weave(self._analyse(text, start, end, language), len(text[start:end].split()))
            identifiers += fields.identifiers
            woven.append(fields)
            at = end
        woven += map(of_chunk, text[at:].split())
        exact, folded, stem = (list(map(form, woven)) for form in _FORMS)
        # On most pages two of the three are one, which is then made, and handed over, once.
        exact_text = " ".join(filter(None, exact))
        folded_text = exact_text if folded == exact else " ".join(filter(None, folded))
        stem_text = folded_text if stem == folded else " ".join(filter(None, stem))
        return Fields(
            exact_text,
            folded_text,
            stem_text,
            " ".join(filter(None, map(_PART, woven))),
            tuple(identifiers),
            "".join(map(_GROUPS, woven)),
            _each_once(folded),
        )

    def weave(self, chunk: str, language: str) -> _Woven:
        """The fields of what stands between spaces and holds no digit."""
        if chunk.isalpha() and max(chunk) < thai.FIRST:
            return _weave_word(chunk, self._analyse_word(chunk, language))
        return _weave(self._analyse(chunk, 0, len(chunk), language))

    def stems(self, form: str) -> frozenset[str]:
        """The folded stems that a word of unknown language may have."""
        return self._stems.all(form)

    def other_forms(self, form: str) -> tuple[str, ...]:
        """The folded forms that a word of unknown language may have besides, and no stem finds."""
        return other_forms(form, self._stems)

    def _analyse_word(self, raw: str, language: str) -> _Forms:
        if not raw.isalpha() or _LETTER_QUOTE in raw:
            raw = _without_apostrophes(_BROKEN.sub("", raw))
        form = normalise(raw)
        form = (form if form.isalpha() else _SPACES.sub("", form))[:_LONGEST]
        folded = fold(form) or form
        stem = self._stems.of(form, language) or folded
        # Equal forms are one object: those of a large vocabulary lie less far apart in memory.
        folded = form if folded == form else folded
        stem = folded if stem == folded else stem
        return _Forms(form, folded, stem, tuple(dict.fromkeys(self._parts(form, folded, language))))

    def _parts(self, form: str, folded: str, language: str) -> Iterator[str]:
        if hebrew.is_hebrew(folded):
            yield from hebrew.bare_forms(folded)
        elif "\u0400" <= folded[:1] <= "\u04ff":
            yield to_latin(folded)
        elif language == "de":
            if (spelled := form.translate(_UMLAUTS)) != form:
                yield spelled
            for part in compounds.parts(folded):
                yield part
                yield self._stems.of(part, language)

    def _thai(self, text: str, segment: Segment) -> Iterator[Token]:
        run = text[segment.start : segment.end]
        grams = thai.trigrams(thai.normalised(run))
        for start, end in thai.cut(run):
            form = thai.normalised(run[start:end])[:_LONGEST]
            yield Token(segment.start + start, segment.start + end, form, form, form, grams)
            grams = ()


class _Known(dict[str, _Woven]):
    """The fields of what stands between spaces, in one language; short ones are remembered, for they come again.

    A plain dictionary that is emptied when it is full: the oldest entry first would cost more than it saves.
    """

    def __init__(self, analyser: Analyser, language: str, most: int) -> None:
        super().__init__()
        self._analyser = analyser
        self._language = language
        self._most = most

    def __missing__(self, chunk: str) -> _Woven:
        if thai.is_run(chunk):
            return _weave_thai(chunk)
        fields = self._analyser.weave(chunk, self._language)
        if len(chunk) <= LONGEST_KNOWN:
            if len(self) >= self._most:
                self.clear()
            self[chunk] = fields
        return fields


def wholes(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that must be looked at as wholes."""
    if any(broken in text for broken in _BROKEN_ENDS):
        yield from (stretch for stretch in stretches(text) if is_whole(text, *stretch))
        return
    # Then they are the lines with digits; there are fewer of these than of others.
    end = 0
    while found := _DIGIT.search(text, end):
        start = max(text.rfind("\n", end, found.start()) + 1, end)
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        yield start, end


def is_whole(text: str, at: int, end: int) -> bool:
    """Whether a stretch must be looked at as a whole.

    Without digits and broken words no token has a space in it, and what stands between spaces comes again and again.
    """
    return _DIGIT.search(text, at, end) is not None or text.find("\n", at, end) >= 0


def _each_once(forms: Iterable[str]) -> frozenset[str]:
    """The tokens in these fields."""
    kept = set(forms)
    several = [form for form in kept if " " in form]
    kept.difference_update(several)
    kept.update(*map(str.split, several))
    kept.discard("")
    return frozenset(kept)


def _weave_word(chunk: str, forms: _Forms) -> _Woven:
    """The fields of one word, as it stands between spaces.

    What is equal is one object: a large vocabulary is slow by the memory that it fills.
    """
    form, folded, stem, parts, _ = forms
    if form == chunk:
        folded, stem, form = (chunk if other is form else other for other in (folded, stem, form))
    return _Woven(form, folded, stem, " ".join(parts), (), intern(group_of((forms,))))


def _weave(tokens: Iterable[Token], pieces: int = 1) -> _Woven:
    """The fields of the tokens of so many pieces of a text."""
    kept = list(tokens)
    group = group_of(kept) + JOINED * (pieces - 1)
    if len(kept) == 1:
        token = kept[0]
        identifiers = (token.identifier,) if token.identifier else ()
        return _Woven(token.form, token.folded, token.stem, " ".join(token.parts), identifiers, group)
    return _Woven(
        " ".join([token.form for token in kept]),
        " ".join([token.folded for token in kept]),
        " ".join([token.stem for token in kept]),
        " ".join([part for token in kept for part in token.parts]),
        tuple(token.identifier for token in kept if token.identifier),
        group,
    )


def _weave_thai(run: str) -> _Woven:
    """The same for a run of Thai letters."""
    words = [run[start:end] for start, end in thai.cut(run)]
    if not thai.is_normalised(run):
        words = [thai.normalised(word) for word in words]
    forms = " ".join([word[:_LONGEST] for word in words])
    return _Woven(forms, forms, forms, " ".join(thai.trigrams(thai.normalised(run))), (), THAI_GROUP)


def _analyse_number(raw: str, number: bool) -> _Forms:
    if raw.isascii():
        pieces = raw.lower().translate(_APART).split()
    else:
        pieces = [fold(normalise(piece)) for piece in _SEPARATORS.split(raw) if piece]
    parts = tuple(piece for piece in pieces if len(piece) > 1) if len(pieces) > 1 else ()
    if number:
        form = _number(pieces)
        if not _SPACES.search(raw):
            return _Forms(form, form, form, ())
        # "1 100,00" may be two columns of a table: each group, and what follows each space, stands beside the whole.
        rest = (_number(pieces[at:]) for at in range(1, len(pieces)) if len(pieces[at]) == 3)
        return _Forms(form, form, form, tuple(dict.fromkeys((*rest, *parts))))
    form = "".join(pieces)
    identifier = form if raw.isascii() else identifier_form(raw)
    form = form[:_LONGEST]
    kept = identifier if looks_like_identifier(normalise(raw), identifier) else None
    return _Forms(form, form, form, parts, kept)


def _number(pieces: list[str]) -> str:
    """Digits without separators, but for the fraction's: 9,90 and 9.90 are one number, and not 990."""
    whole, fraction = ("".join(pieces[:-1]), pieces[-1]) if len(pieces[-1]) < 3 else ("".join(pieces), "")
    return (f"{whole}.{fraction}" if whole and fraction else whole or fraction)[:_LONGEST]


def _without_apostrophes(raw: str) -> str:
    if hebrew.is_hebrew(raw):
        return _GERSHAYIM.sub("", _QUOTES.sub("", raw))
    pieces = _QUOTES.split(raw)
    # The possessive first: Bell's is of Bell, and nothing that begins with the Italian bell'.
    if len(pieces) > 1 and pieces[-1].lower() == "s":
        pieces = pieces[:-1]
    if len(pieces) > 1 and pieces[0].lower() in _ELIDED:
        pieces = pieces[1:]
    return "".join(pieces)
