"""The names on a page, each where it stands, with all that speaks there for its role."""

from ocr.fields.cells import Cells
from ocr.fields.labelled import LabelledNames
from ocr.fields.letterhead import HeadOfLetter
from ocr.fields.payment_order import PaymentOrder
from ocr.fields.running import RunningText
from ocr.fields.scene import Mention, Scene
from ocr.lexicon import Lexicon
from ocr.values import Kind

_BOTH = 2
"""Payer and payee."""


def find_mentions(cells: Cells, kind: Kind, words: Lexicon, language: str) -> list[Mention]:
    """All names of the page in reading order, with their signs."""
    scene = Scene(cells, kind, words, language)
    head, text = HeadOfLetter(scene), RunningText(scene)
    for name in (*scene.companies.companies(), *scene.persons.persons()):
        scene.add(name)
    labelled = LabelledNames(scene).find()
    for name, sign in (*labelled, *head.addressed(), *text.beside(), *text.after_phrases()):
        scene.add(name).signs.append(sign)
    for name in text.seated():
        scene.add(name)
    scene.mentions = [mention for mention in scene.mentions if not text.is_officer(mention)]
    if kind != "payment_confirmation":
        kept = [
            mention
            for mention in scene.mentions
            if not text.keeps_account(mention) and not text.is_of_account(mention)
        ]
        scene.mentions = kept or scene.mentions
    scene.mentions.sort(key=lambda mention: mention.name.start)
    head.mark_sender()
    ends = [*(mention.name.start for mention in scene.mentions[1:]), len(cells.flow.text)]
    for mention, end in zip(scene.mentions, ends, strict=False):
        mention.signs += text.around(mention.name, end)
    form = PaymentOrder.on(cells) if kind == "payment_confirmation" else None
    named = list(form.named([(one.cell, one.name) for one in scene.mentions])) if form is not None else []
    if len(named) == _BOTH:
        for mention in scene.mentions:
            mention.signs.clear()
        for name, sign in named:
            scene.add(name).signs.append(sign)
    return scene.mentions
