"""Numbers of children, receipts and grants: the unit's code, a letter, the year and the number in the unit's year."""


def child_number(unit_code: str, year: int, number: int) -> str:
    """510824105201-C2026-0001."""
    return f"{unit_code}-C{year}-{number:04d}"


def receipt_number(unit_code: str, year: int, number: int) -> str:
    """510824-J2026-0001."""
    return f"{unit_code}-J{year}-{number:04d}"


def grant_number(unit_code: str, year: int, number: int) -> str:
    """510824105201-Z2026-0001."""
    return f"{unit_code}-Z{year}-{number:04d}"
