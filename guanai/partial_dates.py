"""Dates that are known to the year, the month or the day, as rosters have them: 1968, 1968-07, 1968-07-01.

Stored as text of that form, which sorts as time does.
"""

import datetime
import re
import unicodedata

_PARTS = re.compile(
    r"(?P<year>1[89]\d\d|20\d\d)(?:[-./年](?P<month>1[0-2]|0?[1-9])(?:[-./月](?P<day>3[01]|[12]\d|0?[1-9])日?|月?)?|年?)",
    re.ASCII,
)
_PACKED = re.compile(r"(?P<year>1[89]\d\d|20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])?", re.ASCII)


def parse_partial_date(text: str) -> str | None:
    """1950.3, 1950年3月, 1950-03-01, 195003, 19500301, 1950 → 1950-03, …; None for what is no date.

    >>> parse_partial_date("１９５０．３")
    '1950-03'
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _PARTS.fullmatch(plain) or _PACKED.fullmatch(plain)
    if found is None:
        return None
    parts = [found["year"], *(f"{int(found[name]):02d}" for name in ("month", "day") if found[name])]
    if len(parts) == 3:
        try:
            datetime.date(*(int(part) for part in parts))
        except ValueError:
            return None
    return "-".join(parts)


def shown_partial_date(text: str) -> str:
    """1968年7月 for 1968-07."""
    units = zip(text.split("-") if text else [], "年月日", strict=False)
    return "".join(f"{int(part)}{unit}" for part, unit in units)
