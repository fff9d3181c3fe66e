"""Scores by hand: what is a hit, what is not, and what the mean of the languages is."""

from dataclasses import replace

from bench._scoring import f1, score
from bench.reading import calibration, review_queue, rows_of
from ocr import Box, FieldReading, PageReading, Reading

BOX = Box(0.0, 0.0, 1.0, 1.0)
TRUTH = {
    "language": "pl",
    "doc_type": "invoice",
    "fields": {"amounts.total": "10.00", "parties.debtor.name": "Jan  Nowak", "due_date": "2024-01-02"},
}


def field(name: str, value: str, confidence: float = 0.95) -> FieldReading:
    return FieldReading(name, value, value, confidence, 1, BOX, "test")


def reading(*fields: FieldReading, text: str = "jeden dwa trzy") -> Reading:
    page = PageReading(1, 10, 10, 200, text=text)
    return Reading("", "application/pdf", "pl", "invoice", 1.0, (), (page,), fields, {})


def test_names_fold_their_case_and_spaces_and_values_do_not() -> None:
    found = score(
        reading(field("amounts.total", "10.00"), field("parties.debtor.name", "JAN NOWAK")), TRUTH, "jeden"
    )
    assert found.fields == (2, 3, 2)
    assert found.missed == ("due_date",)
    assert found.words == (1, 1, 3)
    assert found.kind and found.language


def test_a_wrong_value_counts_twice() -> None:
    found = score(reading(field("amounts.total", "100.00"), field("currency", "PLN")), TRUTH, "")
    assert found.fields == (0, 3, 1)
    assert f1([found.fields]) == 0.0


def test_thai_is_scored_without_spaces() -> None:
    thai = {**TRUTH, "language": "th"}
    found = score(reading(text="ผู้ ขาย"), thai, "ผู้ขาย")
    assert found.words[0] == found.words[1] == found.words[2]
    assert not found.language


def test_the_mean_of_the_languages() -> None:
    good = score(reading(*(field(name, value) for name, value in TRUTH["fields"].items())), TRUTH, "")  # type: ignore[attr-defined]
    rows = rows_of({("pl", "clean"): [good, good], ("th", "clean"): [replace(good, fields=(0, 3, 0))]})
    everyone = next(row for row in rows if row["language"] == "all")
    assert everyone["field_f1"] == 50.0
    assert everyone["files"] == 3


def test_calibration_counts_the_sure_and_the_doubted() -> None:
    found = score(
        reading(
            field("amounts.total", "10.00"),
            field("due_date", "2024-01-03", 0.4),
            field("reference", "7", 0.99),
        ),
        TRUTH,
        "",
    )
    told = calibration({("pl", "light"): [found]}, ("light",))
    assert (told["sure"], told["sure_and_right"]) == (2, 50.0)
    assert (told["wrong"], told["wrong_and_doubted"]) == (2, 50.0)


def test_the_review_queue_counts_what_a_person_is_shown() -> None:
    truth = {**TRUTH, "fields": {**TRUTH["fields"], "amounts.net": "8.00", "amounts.vat": "1.84"}}  # type: ignore[dict-item]
    found = score(
        reading(
            field("amounts.total", "9.84"),
            field("amounts.net", "8.00"),
            # Sure and wrong, but the sum tells; and sure and wrong, and nothing tells.
            field("amounts.vat", "1.48"),
            field("due_date", "2024-01-03"),
            field("parties.debtor.name", "Jan Nowak", 0.4),
        ),
        truth,
        "",
    )
    told = review_queue({("pl", "light"): [found], ("pl", "hard"): [found]}, ("light",))
    assert (told["fields"], told["queued"]) == (5, 80.0)
    assert (told["wrong"], round(told["wrong_and_queued"])) == (3, 67)
