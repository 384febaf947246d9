"""Which columns somebody's list file of the roster has; what they mean is said in `volunteers.exporters`."""

from collections.abc import Sequence

from orgs.models import User
from volunteers.models import RosterColumns


def columns_of(user: User) -> list[str]:
    """Those that the user chose the last time; none where they never did, or went back to the usual ones."""
    kept = RosterColumns.objects.filter(user=user).first()
    return list(kept.columns) if kept else []


def keep_columns(*, user: User, columns: Sequence[str]) -> None:
    """Remember a choice; an empty one stands for the usual columns, whichever these will be then."""
    if columns:
        RosterColumns.objects.update_or_create(user=user, defaults={"columns": list(columns)})
    else:
        RosterColumns.objects.filter(user=user).delete()
