"""Words of other scripts in Latin letters, and skeletons in which the ways to write one name across scripts agree."""

import re


def _letters(script: str, latin: str) -> dict[str, str]:
    """Letters with what stands for them, a dash for nothing."""
    return dict(zip(script, (part.strip("-") for part in latin.split()), strict=True))


_CYRILLIC = _letters(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya i yi ye g u",
)
# Consonants only: vowels are not written, and what stands for them (alef, vav, yod, ayin) is left out.
_HEBREW = _letters("אבגדהוזחטיכךלמםנןסעפףצץקרשת", "- b g d h - z h t - k k l m m n n s - p p ts ts k r sh t")
_THAI = _letters(
    "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "k k k k k k ng ch ch ch s ch n t t t t t n t t t t t n b p p f p f p m y r l w s s s h l - h",
)
_TABLE = str.maketrans({**_CYRILLIC, **_HEBREW, **_THAI})
_OTHER = re.compile("[\u0590-\u05ff\u0e00-\u0e7f]")

_SOUNDS = (
    ("shch", "s"), ("szcz", "s"), ("tsch", "s"), ("sch", "s"), ("sh", "s"), ("sz", "s"), ("zh", "s"), ("rz", "s"),
    ("tch", "s"), ("cz", "s"), ("ch", "s"), ("ts", "s"), ("tz", "s"), ("kh", ""), ("ph", "p"), ("th", "t"),
    ("ck", "k"), ("gh", "g"), ("qu", "k"), ("ng", "n"), ("x", "ks"),
)  # fmt: skip
_MERGED = str.maketrans("bvwfpkqgcdtzsmnlr", "bbbppkkkkttssmnlr")
_DROPPED = re.compile("[^bpktsmnlr]")
_DOUBLED = re.compile(r"(.)\1+")


def to_latin(word: str) -> str:
    """A folded word in Latin letters; what is Latin stays. Hebrew and Thai give consonants only."""
    if word.isascii():
        return word
    plain = word.translate(_TABLE)
    return _OTHER.sub("", plain)


def skeleton_of(latin: str) -> str:
    """The consonants of a word by their sound: Щербаков, Shcherbakov and Szczerbakow have one skeleton."""
    plain = latin
    for letters, sound in _SOUNDS:
        plain = plain.replace(letters, sound)
    return _DOUBLED.sub(r"\1", _DROPPED.sub("", plain.translate(_MERGED)))[:24]
