"""Where a figure opens: the address of exactly the records behind it."""

from urllib.parse import urlencode

from django.urls import reverse


def records_url(code: str, unit: str, year: int, **chosen: object) -> str:
    """The records of indicator `code` in the branch of the unit with the code `unit`.

    `chosen` narrows them: a dimension of the indicator (`month=3`), `own=1` for the unit's own level, `group=<kind>`
    for the units of one kind directly under it.
    """
    query = urlencode({"unit": unit, "year": year, **chosen})
    return f"{reverse('reports:records', args=[code])}?{query}"


def dashboard_url(unit: str, year: int, **chosen: object) -> str:
    return f"{reverse('reports:dashboard')}?{urlencode({'unit': unit, 'year': year, **chosen})}"
