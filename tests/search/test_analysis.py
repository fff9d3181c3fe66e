"""The analyser, by tables of examples for each language, and what holds for any text."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban

from search.analysis import Analyser, Token, compounds, fold, hebrew, normalise, thai
from search.analysis.analyser import is_whole, wholes
from search.analysis.identifiers import _remainder, is_iban
from search.analysis.segments import segments, stretches

ANALYSER = Analyser()


def tokens(text: str, language: str = "und") -> list[Token]:
    return ANALYSER.tokens(text, language)


def forms(text: str, language: str = "und") -> list[str]:
    return [token.form for token in tokens(text, language)]


@pytest.mark.parametrize(
    ("language", "words", "stem"),
    [
        ("pl", "faktura faktury fakturą faktur", "faktur"),
        ("pl", "należność należności", "naleznosc"),
        ("pl", "dłużnik dłużnika", "dluznik"),
        ("it", "fattura fatture", "fattur"),
        ("it", "debitore debitori", "debitor"),
        ("es", "factura facturas", "factur"),
        ("es", "reclamación reclamaciones", "reclam"),
        ("en", "invoice invoices invoiced", "invoic"),
        ("de", "Rechnung Rechnungen", "rechnung"),
        ("de", "Gläubiger Gläubigers", "glaubig"),
        ("ru", "договор договора договору", "договор"),
        ("ru", "счёт счета", "счет"),
    ],
)
def test_inflected_forms_share_a_stem(language: str, words: str, stem: str) -> None:
    assert {token.stem for token in tokens(words, language)} == {stem}


@pytest.mark.parametrize(
    ("form", "others"),
    [
        ("agnieszce", "agnieszka agnieszki agnieszke"),
        ("jadwiga", "jadwidze"),
        ("marku", "marek"),
        ("marka", "marce marek"),
        ("faktura", "fakturze"),
        ("sądu", "sadzie"),
        ("kowalskiego", "kowalscy"),
        ("dworzec", "dworzca dworzcowi dworzcem dworzcu dworca dworcowi dworcem dworcu"),
        ("nowaku", ""),  # its stem has all of them
        ("umowie", ""),
        ("data", "dacie"),
        ("ewa", ""),  # too short
        ("invoice", ""),  # v is no Polish letter, nor is ä, and what holds a figure is no word
        ("gläubiger", ""),
        ("m3ta", ""),
        ("договора", ""),
    ],
)
def test_forms_that_no_stem_finds_are_made_of_polish_words(form: str, others: str) -> None:
    assert ANALYSER.other_forms(form) == tuple(others.split())


@given(st.text("abcdeęiklłmoórstuwyzż", max_size=12))
def test_what_is_made_is_bounded_and_not_what_the_stem_has(form: str) -> None:
    made = ANALYSER.other_forms(form)
    assert len(made) <= 8
    assert form not in made
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Żądanie ZAPŁATY", ["żądanie", "zapłaty"]),
        ("dell'azienda l\u2019Aquila un\u2019altra", ["azienda", "aquila", "altra"]),
        ("the debtor's O'Brien", ["the", "debtor", "obrien"]),
        ("Straße", ["strasse"]),
        ("ﬁnance ＡＢＣ", ["finance", "abc"]),
        ("Zahlungs\u00aderinnerung", ["zahlungserinnerung"]),
        ("Zahlungs-\nerinnerung", ["zahlungserinnerung"]),
        ("Warszawa-\nMokotów", ["warszawa", "mokotów"]),
        ('חב׳ דוגמה בע"מ', ["חב", "דוגמה", "בעמ"]),
        ("and/or a_b", ["and", "or", "a", "b"]),
        ("§ & — …", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9,90", ["9.90"]),
        ("9.90", ["9.90"]),
        ("1.234,56", ["1234.56"]),
        ("1 234,56", ["1234.56"]),
        ("1\u00a0234,56", ["1234.56"]),
        ("1'234.56", ["1234.56"]),
        ("2 926 005", ["2926005"]),
        ("12.03.2024", ["12032024"]),
        ("2024-03-12", ["20240312"]),
        ("FV/2024/03/0017", ["fv2024030017"]),
        ("NIP 526-10-40-828,", ["nip", "5261040828"]),
        ("PL 61 1090 1014 0000 0712 1981 2874", ["pl61109010140000071219812874"]),
        ("61 1090 1014 0000 0712 1981 2874", ["61109010140000071219812874"]),
        ("pl61 1090 1014 0000 0712 1981 2874 do", ["pl61109010140000071219812874", "do"]),
        ("DE89 3704 0044 0532 0130 00 12", ["de89370400440532013000", "12"]),
        ("de 12 mayo 2024", ["de", "12", "mayo", "2024"]),
        ("เลขที่ ๑๒๓๔๕", ["เลขที่", "12345"]),
        ("رقم ٣٤٥", ["رقم", "345"]),
        ("(RSSMRA85T10A562S)", ["rssmra85t10a562s"]),
    ],
)
def test_numbers_and_identifiers_are_one_token(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


def test_identifiers_are_told_from_numbers_and_dates() -> None:
    found = tokens("FV/2024/03/0017 12.03.2024 2 926,05 4711 526-10-40-828")
    assert [token.identifier for token in found] == ["fv2024030017", None, None, None, "5261040828"]


def test_an_amount_may_be_two_columns_of_a_table() -> None:
    assert [token.parts for token in tokens("1 100,00 1.100,00 9,90")] == [("100.00", "100", "00"), (), ()]
    assert tokens("1 234 567,89")[0].parts == ("234567.89", "567.89", "234", "567", "89")


def test_pieces_of_a_joined_token_are_found_beside_it() -> None:
    (token,) = tokens("FV/2024/03/0017")
    assert token.parts == ("fv", "2024", "03", "0017")


@pytest.mark.parametrize(
    ("form", "folded"),
    [
        ("żółć", "zolc"),
        ("łódź", "lodz"),
        ("perché", "perche"),
        ("señor", "senor"),
        ("ёлка", "елка"),
        ("йод", "йод"),
        ("שָׁלוֹם", "שלום"),
        ("ที่", "ที่"),
    ],
)
def test_diacritics_are_folded_where_they_are_additions(form: str, folded: str) -> None:
    assert fold(normalise(form)) == folded


def test_decomposed_text_gives_the_same_tokens() -> None:
    assert forms("z\u0307a\u0328dac\u0301") == forms("żądać")
    assert forms("น\u0e4d\u0e32") == forms("นำ")


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Zahlungserinnerung", ("zahlung", "erinnerung")),
        ("Mietvertrag", ("miete", "vertrag")),
        ("Rechnungsnummer", ("rechnung", "nummer")),
        ("Forderungsabtretung", ("forderung", "abtretung")),
        ("Vollstreckungsbescheid", ("vollstreckung", "bescheid")),
        ("Kaufpreisrate", ("kauf", "preis", "rate")),
        ("Rechnung", ()),
        ("Oberammergau", ()),
    ],
)
def test_german_compounds_of_known_words(word: str, parts: tuple[str, ...]) -> None:
    assert compounds.parts(fold(normalise(word))) == parts


def test_german_umlauts_are_found_in_their_other_spelling() -> None:
    (token,) = tokens("Gläubiger", "de")
    assert token.folded == "glaubiger"
    assert "glaeubiger" in token.parts


def test_hebrew_prefixes_are_tried() -> None:
    assert hebrew.bare_forms("החשבונית") == ("חשבונית",)
    assert hebrew.bare_forms("והחשבונית") == ("החשבונית", "חשבונית")
    assert hebrew.bare_forms("דוח") == ()
    assert hebrew.bare_forms("של") == ()


def test_thai_is_cut_by_dictionary_with_trigrams_beside() -> None:
    found = tokens("ใบแจ้งหนี้เลขที่")
    assert [token.form for token in found] == ["ใบแจ้งหนี้", "เลขที่"]
    assert found[0].parts == thai.trigrams("ใบแจ้งหนี้เลขที่")
    assert found[1].parts == ()


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=200),
    st.sampled_from(["pl", "de", "he", "th", "und"]),
)
@settings(deadline=None)
def test_tokens_of_any_text(text: str, language: str) -> None:
    end = 0
    for token in tokens(text, language):
        assert end <= token.start < token.end <= len(text)
        end = token.end
        for form in (token.form, token.folded, token.stem, *token.parts):
            assert form and not any(character.isspace() for character in form)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["a-", "1.", "1 111", "a'", "PL61 ", "กก", "ก็", 'א"', "x" * 50, "1111 ", "a\u00ad\n"]
)
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    assert tokens(piece * (100_000 // len(piece)))


@pytest.mark.parametrize(
    ("text", "forms"),
    [("Bell's", ["bell"]), ("Ashworth-Bell\u2019s", ["ashworth", "bell"]), ("bell'uomo", ["uomo"])],
)
def test_a_possessive_is_no_elision(text: str, forms: list[str]) -> None:
    assert [token.form for token in Analyser().tokens(text)] == forms


def test_a_cyrillic_name_is_found_in_latin_letters() -> None:
    (token,) = Analyser().tokens("Щербаков", "ru")
    assert "shcherbakov" in token.parts


@settings(deadline=None)  # the first Thai letters load a dictionary
@given(st.text(alphabet="abż łК7,.-/'\n \u0e01\u0e32\u05d0\u00ad", max_size=60))
def test_fields_are_the_tokens_joined(text: str) -> None:
    analyser = Analyser()
    tokens, fields = analyser.tokens(text, "pl"), analyser.fields(text, "pl")
    assert fields.exact.split() == [token.form for token in tokens]
    assert fields.folded.split() == [token.folded for token in tokens]
    assert fields.stem.split() == [token.stem for token in tokens]
    assert fields.part.split() == [part for token in tokens for part in token.parts]
    assert list(fields.identifiers) == [token.identifier for token in tokens if token.identifier]
    assert fields.words == {token.folded for token in tokens}
    assert analyser.fields(text, "pl") == fields


@given(st.text(alphabet="ab7\n -\u00ad", max_size=30))
def test_wholes_are_found_line_by_line(text: str) -> None:
    assert list(wholes(text)) == [(at, end) for at, end in stretches(text) if is_whole(text, at, end)]


@given(st.text(st.characters(categories=["L"]), min_size=1, max_size=12))
def test_a_word_of_letters_is_folded_like_any_text(word: str) -> None:
    form = normalise(word)
    assert form == normalise(word + " ")[:-1]
    assert fold(form) == fold(form + " ")[:-1]


@given(st.text(alphabet="abŁ 7,.-/'\n \u0e01\u0e32\u05d0\u00ad", max_size=60))
def test_cutting_at_lines_changes_no_segment(text: str) -> None:
    cut = [segment for at, end in stretches(text) for segment in segments(text, at, end)]
    assert cut == list(segments(text))


@cache
def thai_dictionary() -> list[str]:
    from pythainlp.corpus import thai_words

    words = sorted(word for word in thai_words() if re.fullmatch(f"[{thai.LETTERS}]+", word))
    return words[::150]


@st.composite
def thai_runs(draw: st.DrawFn) -> str:
    """Words of the dictionary, torn and mixed with letters in any order."""
    words = st.sampled_from(thai_dictionary())
    letters = st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E3A), max_size=4)
    marks = st.text(st.characters(min_codepoint=0x0E40, max_codepoint=0x0E4E), max_size=2)
    return "".join(draw(st.lists(st.one_of(words, words, letters, marks), max_size=12)))


@settings(max_examples=30, deadline=None)
@given(thai_runs())
def test_thai_is_cut_as_newmm_cuts_it(run: str) -> None:
    from pythainlp.tokenize import word_tokenize

    pieces = [run[at : at + 400] for at in range(0, len(run), 400)]
    cut = [word for piece in pieces for word in word_tokenize(piece, engine="newmm", keep_whitespace=False)]
    assert [run[start:end] for start, end in thai.cut(run)] == cut


@given(st.text([*map(chr, range(0x0E01, 0x0E3B)), *map(chr, range(0x0E40, 0x0E4F))]))
def test_a_run_of_thai_is_normalised_as_any_text(run: str) -> None:
    assert thai.normalised(run) == normalise(run)


@given(st.from_regex(r"[a-z]{2}[0-9]{2}[a-z0-9]{0,32}", fullmatch=True))
def test_the_check_digits_of_an_account_are_those_of_the_standard(form: str) -> None:
    right = f"{98 - _remainder(form[:2] + '00' + form[4:]):02}" if len(form) > 4 else "00"
    for candidate in (form, form[:2] + right + form[4:]):
        assert is_iban(candidate) == iban.is_valid(candidate)


@pytest.mark.parametrize(
    "account", ["PL61109010140000071219812874", "DE89370400440532013000", "NO9386011117947"]
)
def test_accounts_are_known_by_their_check_digits(account: str) -> None:
    assert is_iban(account.lower())
    assert not is_iban(account.lower()[:-1] + "5")
