"""What the keepers of rosters find to do: rows that may be one person twice, and somebody who went with work left open.

Nobody is added: rows that are there are made alike, of the same sex, kind and year of birth, so that every figure stays
as it was planned. Who is chosen hangs on no day, as everything of the past.
"""

import datetime

from django.db.models import Count, Exists, OuterRef

from activities.models import Activity
from aid.models import Pairing
from orgs.enums import Role
from orgs.models import Unit
from orgs.querysets import in_branch_q
from reports.demo.accounts import SIGN_INS
from reports.demo.world import World
from volunteers.enums import Sex, VolunteerStatus
from volunteers.models import Appointment, Volunteer

# So long ago somebody went whose work nobody has taken over yet.
_GONE_FOR = datetime.timedelta(days=9)


def name_twins(world: World) -> int:
    """In each branch of a secretary with a sign-in, let somebody stand on two rosters: called before any text names
    them. Returns how many."""
    for unit in _desks(world):
        free = _people(world, unit)
        twice = next(((one, other) for one in free for other in free if _could_be_one(one, other)), None)
        if twice is None:
            continue
        known, again = twice
        again.name, again.former_post = known.name, known.former_post
        again.derive()
        again.save()
        world.twins.append((known.pk, again.pk))
    return len(world.twins)


def leave_loose_ends(world: World) -> tuple[int, int]:
    """Returns (pairs that look like one person, people who went with something open). Called when all else is there:
    others were chosen by identity number."""
    for known_pk, again_pk in world.twins:
        known, again = Volunteer.objects.get(pk=known_pk), Volunteer.objects.get(pk=again_pk)
        again.birth_date = known.birth_date
        _without_document(again, "登记时没有带身份证")
    named = {pk for pair in world.twins for pk in pair}
    couples = sum(_share_a_phone(world, unit, named) for unit in _desks(world))
    return len(world.twins) + couples, next((1 for unit in _desks(world) if _let_go(world, unit)), 0)


def _desks(world: World) -> list[Unit]:
    users = {username for role, _, _, username in SIGN_INS if role == Role.SECRETARY}
    return [world.by_id[pk] for pk, user in sorted(world.recorders.items()) if user.username in users]


def _people(world: World, unit: Unit) -> list[Volunteer]:
    """Who joined the rosters of a branch before the years that are told, and stays, in an order of chance."""
    people = [
        person
        for pk, own in sorted(world.volunteers.items())
        for person in own
        if world.middle(world.by_id[pk]).pk == unit.pk
        and person.joined_on.year < world.plan.year - 1
        and person.id_number not in world.leaving
    ]
    world.plan.stream("loose ends", unit.code).shuffle(people)
    return people


def _could_be_one(one: Volunteer, other: Volunteer) -> bool:
    """On two rosters, and so much alike that no figure changes."""
    same = (one.sex, one.kind, one.birth_year) == (other.sex, other.kind, other.birth_year)
    return same and one.unit_id != other.unit_id


def _share_a_phone(world: World, unit: Unit, but: set[int]) -> bool:
    """A couple of one roster; the wife has shown no document."""
    free = [person for person in _people(world, unit) if person.pk not in but and person.phone]
    couples = (
        (husband, wife)
        for husband in free
        for wife in free
        if (husband.sex, wife.sex) == (Sex.MALE, Sex.FEMALE) and husband.unit_id == wife.unit_id
    )
    couple = next(couples, None)
    if couple is None:
        return False
    husband, wife = (Volunteer.objects.get(pk=person.pk) for person in couple)
    wife.phone, wife.address = husband.phone, husband.address
    _without_document(wife, "本人不愿提供")
    return True


def _without_document(person: Volunteer, reason: str) -> None:
    person.id_number, person.no_id_reason = "", reason
    person.derive()
    person.save()


def _let_go(world: World, unit: Unit) -> bool:
    """Who pairs with most children of the branch moved away; the pairings still run in their name.

    Only in the running year: the main one stays as it was planned.
    """
    day = world.plan.today - _GONE_FOR
    if day.year <= world.plan.year:
        return False
    # Its place in the tree as it is now: units were added since it was read.
    unit = Unit.objects.get(pk=unit.pk)
    spoke = Activity.speakers.through.objects.filter(volunteer=OuterRef("volunteer"), activity__held_on__gte=day)
    held = Appointment.objects.running(day).filter(volunteer=OuterRef("volunteer"))
    pairings = Pairing.objects.filter(
        in_branch_q(unit, "volunteer__unit"), ends_on=None, volunteer__status=VolunteerStatus.ACTIVE
    ).filter(~Exists(spoke), ~Exists(held), volunteer__joined_on__lt=day, child__closed_on=None)
    busiest = pairings.exclude(visits__held_on__gte=day).order_by().values("volunteer").annotate(count=Count("pk"))
    found = busiest.order_by("-count", "volunteer").first()
    if found is None:
        return False
    person = Volunteer.objects.get(pk=found["volunteer"])
    person.status, person.left_on, person.left_reason = VolunteerStatus.LEFT, day, "随子女外出居住"
    person.save()
    return True
