"""Small questions about the network that several services ask."""

import datetime

from orgs.enums import CODE_LENGTHS
from orgs.models import Unit


def takes_code(unit: Unit) -> bool:
    """May the unit be given a statistical code? Schools, departments and enterprises have none."""
    return unit.kind in CODE_LENGTHS and unit.closed_on is None


def is_year_open(year: int, county: Unit, today: datetime.date) -> bool:
    """May a change of the network still take effect in this year of the county?

    Years are not closed by the county yet, so the rule is one of the calendar: the running year and the one before,
    whose report is being made. Once a county closes its years, this function asks for that instead.
    """
    return today.year - 1 <= year <= today.year
