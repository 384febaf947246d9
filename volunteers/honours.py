"""Which honours somebody may see."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, branch_q
from volunteers.models import Honour, Team, Volunteer

if TYPE_CHECKING:
    from volunteers.querysets import HonourQuerySet

Anyone = User | AnonymousUser
RELATED = ("unit", "unit__parent", "volunteer", "volunteer__unit", "team", "team__unit")


def honours_for_user(user: Anyone, action: str = Action.VIEW_ROSTER) -> "HonourQuerySet":
    """The honours recorded in the user's branches, also those that were taken down, the latest first."""
    rows: HonourQuerySet = Honour.objects.filter(branch_q(user, action)).select_related(*RELATED)
    return rows.order_by("-awarded_on", "-pk")


def honour_for_user_or_404(user: Anyone, pk: int, action: str = Action.VIEW_ROSTER) -> Honour:
    """404 for a stranger to the unit or who does not read its roster, 403 for a reader who may not do `action`."""
    honour = Honour.objects.select_related(*RELATED, "scan", "updated_by").filter(pk=pk).first()
    if honour is None or not allows(user, Action.VIEW_ROSTER, honour.unit):
        raise Http404("no such honour in this user's branches")
    if not allows(user, action, honour.unit):
        raise PermissionDenied(f"no {action} on this honour's unit")
    return honour


def honours_of(holder: Volunteer | Team) -> "HonourQuerySet":
    """What stands of one person or one team, the latest first."""
    return holder.honours.standing().order_by("-awarded_on", "-pk")
