"""What the keepers of rosters find to do: rows that may be one person twice, and somebody who went with work left open.

Nobody is added: rows that are there are made alike, so that every figure stays as it was planned.
"""

import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from activities.models import Activity
from aid.models import Pairing
from orgs.enums import Role
from orgs.models import Unit
from orgs.querysets import in_branch_q
from reports.demo.accounts import SIGN_INS
from reports.demo.world import World
from volunteers.enums import VolunteerStatus
from volunteers.models import Appointment, TeamMember, Volunteer

# So long ago somebody went whose work nobody has taken over yet.
_GONE_FOR = datetime.timedelta(days=9)


def leave_loose_ends(world: World) -> tuple[int, int]:
    """Returns (pairs that look like one person, people who went with something open) in the branches of the secretaries
    with a sign-in."""
    pairs = gone = 0
    for role, _, _, username in SIGN_INS:
        if role != Role.SECRETARY:
            continue
        recorder = world.users[username]
        unit = next(world.by_id[pk] for pk, user in world.recorders.items() if user == recorder)
        unit = Unit.objects.get(pk=unit.pk)
        pairs += _make_alike(world, unit)
        gone += _let_go(world, unit) if not gone else 0
    return pairs, gone


def _people(unit: Unit) -> QuerySet[Volunteer]:
    """Who stands on the rosters of a branch by a name that stands nowhere else: no post, team, talk or pairing."""
    bound = [
        Appointment.objects.filter(volunteer=OuterRef("pk")),
        TeamMember.objects.filter(volunteer=OuterRef("pk")),
        Activity.speakers.through.objects.filter(volunteer=OuterRef("pk")),
        Pairing.objects.filter(volunteer=OuterRef("pk")),
    ]
    people = Volunteer.objects.filter(in_branch_q(unit), status=VolunteerStatus.ACTIVE, unit__closed_on=None)
    for rows in bound:
        people = people.filter(~Exists(rows))
    return people.order_by("number")


def _make_alike(world: World, unit: Unit) -> int:
    """Somebody registered by the township and by the village, and a couple with one telephone."""
    dice = world.plan.stream("loose ends", unit.code)
    free = list(_people(unit)[:200])
    dice.shuffle(free)
    made = 0
    twice = next(((one, other) for one in free for other in free if _could_be_one(one, other)), None)
    if twice is not None:
        known, again = twice
        again.name, again.birth_date, again.sex = known.name, known.birth_date, known.sex
        again.former_post = known.former_post
        _without_document(again, "登记时没有带身份证")
        made += 1
    rest = [person for person in free if twice is None or person not in twice]
    couple = next(
        ((m, f) for m in rest for f in rest if (m.sex, f.sex) == ("male", "female") and m.unit == f.unit), None
    )
    if couple is not None and couple[0].phone:
        husband, wife = couple
        wife.phone, wife.address = husband.phone, husband.address
        _without_document(wife, "本人不愿提供")
        made += 1
    return made


def _could_be_one(one: Volunteer, other: Volunteer) -> bool:
    """The same sex, kind and year of birth, so that no figure changes; on two rosters."""
    same = (one.sex, one.kind, one.birth_year) == (other.sex, other.kind, other.birth_year)
    return same and one.unit_id != other.unit_id


def _without_document(person: Volunteer, reason: str) -> None:
    person.id_number, person.no_id_reason = "", reason
    person.derive()
    person.save()


def _let_go(world: World, unit: Unit) -> int:
    """Who pairs with most children of the branch moved away; the pairings still run in their name.

    Only in the running year: the main one stays as it was planned.
    """
    day = world.plan.today - _GONE_FOR
    if day.year <= world.plan.year:
        return 0
    spoke = Activity.speakers.through.objects.filter(volunteer=OuterRef("volunteer"), activity__held_on__gte=day)
    held = Appointment.objects.running(day).filter(volunteer=OuterRef("volunteer"))
    pairings = Pairing.objects.filter(
        in_branch_q(unit, "volunteer__unit"), ends_on=None, volunteer__status=VolunteerStatus.ACTIVE
    ).filter(~Exists(spoke), ~Exists(held), volunteer__joined_on__lt=day, child__closed_on=None)
    busiest = pairings.exclude(visits__held_on__gte=day).order_by().values("volunteer").annotate(count=Count("pk"))
    found = busiest.order_by("-count", "volunteer").first()
    if found is None:
        return 0
    person = Volunteer.objects.get(pk=found["volunteer"])
    person.status, person.left_on, person.left_reason = VolunteerStatus.LEFT, day, "随子女外出居住"
    person.save()
    return 1
