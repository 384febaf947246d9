"""Small questions about the roster that several faces ask."""

from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import units_for


def may_keep_terms(user: User) -> bool:
    """May the user change the lists of 特长 and 爱好?

    One list serves every county of an installation, and usually there is one: whoever manages all of them keeps it.
    """
    counties = Unit.objects.filter(parent=None, closed_on=None)
    return (
        counties.exists() and not counties.exclude(pk__in=units_for(user, Action.MANAGE_NETWORK).values("pk")).exists()
    )
