"""Chinese order and search by initials from a stored key, since the embedded database ships no ICU collation."""

from functools import cache
from typing import Any

from pypinyin import lazy_pinyin
from pypinyin.contrib.tone_convert import to_tone3
from pypinyin.style import register

_DIGIT = "digit"


def pinyin_key(text: str) -> str:
    """`张明` → `zhang1 ming2`: sorts as a Chinese dictionary does, homophones by the characters themselves."""
    return " ".join(lazy_pinyin(text, style=_DIGIT))[:200]


@cache
def _with_digit(syllable: str) -> str:
    """zhāng → zhang1, as Style.TONE3 has it: there are some 1,300 syllables, and a roster has each many times."""
    return to_tone3(syllable, neutral_tone_with_five=True)


def _syllable(syllable: str, **_: Any) -> str:
    return _with_digit(syllable)


register(_DIGIT, _syllable)  # type: ignore[arg-type]  # the stub takes the keywords for one dictionary
