"""What a text that comes from outside can be."""


def is_key(text: str) -> bool:
    """Can it be the key of a row: digits, and no more of them than a column of the database holds?"""
    return text.isascii() and text.isdigit() and len(text) < 19
