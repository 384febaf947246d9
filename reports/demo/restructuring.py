"""What documents changed in the network during the main year: a village by the town became a community, a forest
station's settlement without a committee was dissolved, an enterprise came under its township.

No committee was founded or lost, so the county's figures stay what they are.
"""

import datetime

from orgs.enums import ChangeVerb, UnitKind
from orgs.models import Unit, User
from orgs.services import Change, Order, order_change
from reports.demo.names import texts
from reports.demo.world import World


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
    order = Order(effective_on=effective_on, document=f"苍府发〔{year}〕{places['number']}号", by=by)
    # On that day: in later years the main one is closed to changes.
    order_change(change=change, order=order, today=effective_on)
    return True
