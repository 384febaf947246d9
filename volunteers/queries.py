"""Which people of the rosters somebody may see, and with what beside them."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Count, ExpressionWrapper, F, Func, OuterRef, Prefetch, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404
from django.utils import timezone

from guanai.fields import found_by
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import allows, branch_q
from volunteers.enums import CURRENT
from volunteers.models import (
    Appointment,
    Availability,
    Honour,
    Interest,
    RosterImport,
    Speciality,
    TeamMember,
    Volunteer,
)

if TYPE_CHECKING:
    from volunteers.querysets import VolunteerQuerySet

Anyone = User | AnonymousUser
LIST_FIELDS = (
    *("pk", "name", "sex", "birth_year", "kind", "status", "id_number", "phone"),
    *("unit_name", "speciality_names", "times", "running_posts"),
)


def volunteers_for_user(user: Anyone, action: str = Action.VIEW_ROSTER) -> "VolunteerQuerySet":
    """The people of the branches on which the user may do `action`, by name."""
    people = Volunteer.objects.standing().filter(branch_q(user, action, county="county"))
    return people.order_by("name_key", "pk")


def volunteer_for_user_or_404(
    user: Anyone, pk: int, action: str = Action.VIEW_ROSTER, *, merged: bool = False
) -> Volunteer:
    """404 for a stranger to the branch, 403 for a reader who may not do `action`.

    A row that was merged into another is nobody; with `merged` it is given, so that its address can lead on.
    """
    volunteer = Volunteer.objects.select_related("unit").filter(pk=pk).first()
    if volunteer is None or not allows(user, Action.VIEW_ROSTER, volunteer.unit):
        raise Http404("no such person in this user's branches")
    if volunteer.merged_into_id and not merged:
        raise Http404("merged into somebody else")
    if not allows(user, action, volunteer.unit):
        raise PermissionDenied(f"no {action} on this person's unit")
    return volunteer


def imports_of(user: User) -> QuerySet[RosterImport]:
    """The user's own imports; what is large of them is read where it is needed."""
    rows = RosterImport.objects.filter(by=user).select_related("unit", "by", "job")
    return rows.defer("content", "found", "wrong_rows")


def import_for_user_or_404(user: User, pk: int) -> RosterImport:
    """An import is its uploader's own: 404 for anybody else, 403 for who keeps that roster no more."""
    batch = imports_of(user).filter(pk=pk).first()
    if batch is None:
        raise Http404("no such import of this user")
    if not allows(user, Action.EDIT_ROSTER, batch.unit):
        raise PermissionDenied("no roster of this user any more")
    return batch


def volunteers_by_number(user: Anyone, field: str, number: str) -> "VolunteerQuerySet":
    """Whoever has this `id_number` or `phone`, which a couple may share, on the rosters that the user may see."""
    return volunteers_for_user(user).select_related("unit").filter(found_by(Volunteer, field, number))


def running_posts() -> "Prefetch[str, QuerySet[Appointment], str]":
    """Today's posts as `posts` on each person, with the committee."""
    rows = Appointment.objects.running(timezone.localdate()).select_related("unit").order_by("unit__lft", "post")
    return Prefetch("appointments", queryset=rows, to_attr="posts")


def running_teams() -> "Prefetch[str, QuerySet[TeamMember], str]":
    """The teams that somebody is in today, as `running_teams` on each person, with the team."""
    return Prefetch("teams", queryset=_memberships().select_related("team"), to_attr="running_teams")


def standing_honours() -> "Prefetch[str, QuerySet[Honour], str]":
    """Honours that nobody took down, as `standing_honours` on each person, the first one first."""
    rows = Honour.objects.standing().order_by("awarded_on", "pk")
    return Prefetch("honours", queryset=rows, to_attr="standing_honours")


def _memberships() -> QuerySet[TeamMember]:
    return TeamMember.objects.running(timezone.localdate()).order_by("starts_on", "pk")


def with_details(people: "VolunteerQuerySet") -> "VolunteerQuerySet":
    """What a row of the yearly check shows; the values that it does not show are not read."""
    return (
        people.select_related("unit")
        .defer("address", "birth_date", "id_index", "phone_index")
        .prefetch_related("specialities", "availabilities", running_posts())
    )


class Pair(Func):
    """Two values of a row as one array of texts."""

    function = "ARRAY"
    template = "%(function)s[%(expressions)s]"
    output_field = ArrayField(TextField())

    def __init__(self, first: str, second: str) -> None:
        super().__init__(*(Cast(name, TextField()) for name in (first, second)))


def for_list(people: "VolunteerQuerySet", fields: Sequence[str] = LIST_FIELDS) -> QuerySet[Volunteer, Any]:
    """What a line of the list shows, all of it in one query and as plain tuples; of people as records a list of
    100,000 takes ten times as long."""
    return with_lists(people, fields).values_list(*fields, named=True)


def with_lists(people: "VolunteerQuerySet", fields: Collection[str]) -> "VolunteerQuerySet":
    """Those of `fields` that hang on each person, in the same query.

    `speciality_names` and `interest_names` are texts; `times` are pairs of weekday and part of the day,
    `running_posts` of unit and post, `team_names` of team and whether they lead it ("true").
    """
    mine = {"volunteer": OuterRef("pk")}
    specialities = Speciality.objects.filter(volunteers=OuterRef("pk")).order_by("position", "pk")
    interests = Interest.objects.filter(volunteers=OuterRef("pk")).order_by("position", "pk")
    times = Availability.objects.filter(**mine).order_by("weekday", "daypart")
    posts = Appointment.objects.filter(**mine).running(timezone.localdate()).order_by("unit__lft", "post")
    joined = {
        "unit_name": F("unit__name"),
        # All that a masked address tells; the address itself stays where it is.
        "has_address": ExpressionWrapper(Q(address__isnull=False), BooleanField()),
        "speciality_names": ArraySubquery(specialities.values("name")),
        "interest_names": ArraySubquery(interests.values("name")),
        "times": ArraySubquery(times.values(pair=Pair("weekday", "daypart"))),
        "running_posts": ArraySubquery(posts.values(pair=Pair("unit__name", "post"))),
        "team_names": ArraySubquery(_memberships().filter(**mine).values(pair=Pair("team__name", "leads"))),
    }
    shown = {name: part for name, part in joined.items() if name in fields}
    return people.annotate(**shown)


def roster_by_unit(branch: Unit) -> dict[int, int]:
    """How many people stand on the roster of each unit of a branch today."""
    rows = Volunteer.objects.in_branch(branch).filter(status__in=CURRENT).order_by()
    return dict(rows.values_list("unit_id").annotate(Count("pk")))
