"""What documents changed in the network during the main year: a village by the town became a community, a village was
merged into its neighbour, a forest station's settlement without a committee was dissolved, an enterprise came under
its township.

Nothing is lost by it: the county's figures are the same by the tree of before and by that of now.
"""

import datetime

from activities.models import Activity, Meeting, Venue
from aid.models import Child, Grant
from orgs.enums import ChangeVerb, UnitKind
from orgs.models import Unit, UnitYear, User
from orgs.services import Change, Order, order_change
from reports.demo.names import texts
from reports.demo.world import World
from volunteers.models import Appointment, Volunteer

# What is recorded for a unit, and the day that must not lie after its closing.
_RECORDS = (
    (Activity, "held_on"),
    (Meeting, "held_on"),
    (Venue, "opened_on"),
    (Child, "registered_on"),
    (Grant, "applied_on"),
    (Volunteer, "joined_on"),
)


def restructure(world: World) -> int:
    """Carry out the changes whose day has come and whose places are in this demonstration; returns how many."""
    by = world.users.get("zhoumin")
    return sum(_done(world, by, places) for places in texts("network")["changes"])


def _done(world: World, by: User | None, places: dict[str, str]) -> bool:
    year = world.plan.year
    month, day = (int(part) for part in places["day"].split("-"))
    effective_on = datetime.date(year, month, day)
    # Read anew: each change moves the ends of the tree.
    by_name = {unit.name: unit for unit in Unit.objects.filter(tree_id=world.county.tree_id, closed_on=None)}
    if places["unit"] not in by_name or not world.plan.has_come(effective_on):
        return False
    change = Change(
        verb=places["verb"],
        units=(by_name[places["unit"]],),
        target=by_name.get(places.get("target", "")),
        name=places.get("name", ""),
        kind=UnitKind.COMMUNITY if places["verb"] == ChangeVerb.CHANGE_KIND else "",
    )
    if change.verb == ChangeVerb.MERGE and change.target is not None:
        _hand_over(change.units[0], change.target, effective_on)
    order = Order(effective_on=effective_on, document=f"苍府发〔{year}〕{places['number']}号", by=by)
    # On that day: in later years the main one is closed to changes.
    order_change(change=change, order=order, today=effective_on)
    return True


def _hand_over(unit: Unit, successor: Unit, day: datetime.date) -> None:
    """Everything was made as if the unit stood to this day: from its closing on, its successor records what comes."""
    for model, path in _RECORDS:
        model._default_manager.filter(**{"unit": unit, f"{path}__gte": day}).update(unit=successor)
    Appointment.objects.filter(unit=unit, starts_on__gte=day).delete()
    UnitYear.objects.filter(unit=unit, year__gt=day.year).delete()
