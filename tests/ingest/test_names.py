"""Names meet across scripts, inflection and bad scans; numbers across what recognition confuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.names import fold_name, name_keys, number_skeleton, parse_name, word_keys
from archive.transliteration import skeleton_of, to_latin
from ingest.linking.likeness import name_likeness, text_likeness, word_likeness


def likeness(one: str, other: str) -> float:
    return name_likeness(parse_name(one), parse_name(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Telekomfort Polska Sp. z o.o.", "TELEKOMFORT POLSKA Sp. z 0.0."),
        ("Lumenia Energia S.p.A.", "Lumenia Energia SpA"),
        ("Alquileres Técnicos Peñalba, S.L.", "Alquileres Tecnicos Penalba SL"),
        ("Wärmetechnik Süderholz GmbH", "Warmetechnik Suderholz"),
        ("ООО «СтройГрадСнаб»", "СтройГрадСнаб"),
        ('גלי תקשורת מתקדמת בע"מ', "גלי תקשורת מתקדמת"),
        ("บริษัท สยามเครื่องใช้สำนักงาน จำกัด", "สยามเครื่องใช้สำนักงาน"),
        ("Pan Bartłomiej Wiśniowski", "Wiśniowski Bartłomiej"),
        ("นายสมศักดิ์ ปัญญาวุฒิ", "สมศักดิ์ ปัญญาวุฒิ"),
    ],
)
def test_forms_titles_and_order_do_not_count(one: str, other: str) -> None:
    assert likeness(one, other) >= 0.99


@pytest.mark.parametrize(
    ("paper", "registry"),
    [
        ("Bartłomiejowi Wiśniowskiemu", "Bartłomiej Wiśniowski"),
        ("Anny Kowalskiej", "Anna Kowalska"),
        ("Щербакову Юрию Эдуардовичу", "Щербаков Юрий Эдуардович"),
        ("Bart1omiej Wisniowskl", "Bartłomiej Wiśniowski"),
        ("Щербаков Юрий", "Shcherbakov Yuriy"),
        ("יעקב אברהמי", "Yaakov Avrahami"),
        ("สมศักดิ์ ปัญญาวุฒิ", "Somsak Panyawut"),
        ("J. Wiśniowski", "Jan Wiśniowski"),
    ],
)
def test_one_person_is_recognised(paper: str, registry: str) -> None:
    assert likeness(paper, registry) >= 0.75
    assert name_keys(parse_name(paper)) & name_keys(parse_name(registry))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jan Kowalski", "Anna Kowalska"),
        ("Jan Kowalski", "Jan Nowak"),
        ("Marco Rossetti", "Marco Rossi"),
        ("Kredytus Windykacja S.A.", "Kredytus Nord Windykacja S.A."),
        ("", "Jan Kowalski"),
    ],
)
def test_others_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < 0.95


def test_a_name_in_a_text() -> None:
    words = fold_name("wobec dłużnika Wiśniowskiego Bartłomieja zamieszkałego w Łodzi").split()
    assert text_likeness(words, "".join(words), parse_name("Bartłomiej Wiśniowski")) >= 0.9
    assert text_likeness(words, "".join(words), parse_name("Bartłomiej Nowak")) == 0.0
    thai = "".join(fold_name("จำเลย นายส มศักดิ ปัญญ าวุฒิ จำเลย").split())
    assert text_likeness((), thai, parse_name("นายสมศักดิ์ ปัญญาวุฒิ")) >= 0.85


def test_words_of_two_scripts_for_typing() -> None:
    assert word_keys("Щербаков Юрий") >= {"w:щербаков", "w:shcherbakov", "w:юрии"}


@pytest.mark.parametrize(
    ("read", "printed"),
    [("ABN/2O23/OO4S17", "ABN/2023/004517"), ("FV-1I82/03", "FV/1182/03"), ("НОR 22", "HOR-22")],
)
def test_numbers_meet_as_they_are_misread(read: str, printed: str) -> None:
    assert number_skeleton(read) == number_skeleton(printed)


def test_transliterations_of_one_name_have_one_skeleton() -> None:
    words = ("щербаков", "shcherbakov", "szczerbakow", "schtscherbakow")
    assert {skeleton_of(to_latin(word)) for word in words[:3]} == {skeleton_of("shcherbakov")}


@given(st.text(max_size=60))
def test_any_text_is_a_name_like_itself(text: str) -> None:
    name = parse_name(text)
    assert name_likeness(name, name) == (1.0 if name.words else 0.0)
    assert fold_name(fold_name(text)) == fold_name(text)


@given(st.text("abcdefghij", min_size=1, max_size=12), st.text("abcdefghij", min_size=1, max_size=12))
def test_likeness_of_words_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert 0.0 <= word_likeness(one, other) <= 1.0
    assert word_likeness(one, other) == word_likeness(other, one)
