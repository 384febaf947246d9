"""Chinese order and search by initials from a stored key, since the embedded database ships no ICU collation."""

from pypinyin import Style, lazy_pinyin


def pinyin_key(text: str) -> str:
    """`张明` → `zhang1 ming2`: sorts as a Chinese dictionary does, homophones by the characters themselves."""
    return " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))[:200]
