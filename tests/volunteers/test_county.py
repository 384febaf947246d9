"""The county that every person of a roster carries, kept by the database."""

import datetime
from typing import Any

import pytest

from guanai import bulk
from guanai.models import RowEvent
from orgs.enums import Action, Role
from orgs.models import Unit
from orgs.scope import branch_q
from tests.factories import grant, make_county, make_member, make_unit, make_volunteer
from volunteers.models import Volunteer
from volunteers.queries import volunteers_for_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def counties() -> tuple[Unit, Unit]:
    return make_county(), make_county("510821", "旺苍县")


def county_of(person: Volunteer) -> Any:
    return Volunteer.objects.values_list("county", flat=True).get(pk=person.pk)


def test_it_is_that_of_the_unit_however_the_row_was_written(counties: tuple[Unit, Unit]) -> None:
    county, other = counties
    village = make_unit(make_unit(county))
    person = make_volunteer(village)
    assert county_of(person) == county.pk
    assert county_of(make_volunteer(county)) == county.pk
    elsewhere = make_unit(other)
    Volunteer.objects.filter(pk=person.pk).update(unit=elsewhere)
    assert county_of(person) == other.pk
    # An instance that still holds another county, or none, cannot write it.
    person.unit, person.county = village, other
    person.save()
    assert county_of(person) == county.pk
    bare = Volunteer(
        unit=elsewhere, number="W1", name="杜承志", sex="male", kind="teacher", joined_on=datetime.date(2020, 1, 1)
    )
    bare.derive()
    bulk.insert([bare], by="number")
    assert county_of(bare) == other.pk
    bare.unit = village
    bulk.update([bare])
    assert county_of(bare) == county.pk


def test_it_is_no_history_of_its_own(counties: tuple[Unit, Unit]) -> None:
    person = make_volunteer(make_unit(counties[0]))
    person.unit = make_unit(counties[1])
    person.save()
    events = RowEvent.objects.filter(record="volunteers.volunteer", record_id=person.pk)
    assert events.count() == 2
    assert not any("county" in (*event.changes, *event.personal) for event in events)


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.SECRETARY, Role.CLERK])
def test_the_same_people_are_seen_by_county_as_by_the_tree(counties: tuple[Unit, Unit], role: Role) -> None:
    county, other = counties
    township = make_unit(county)
    units = [county, township, make_unit(township), make_unit(county), other, make_unit(other)]
    for unit in units:
        make_volunteer(unit)
    home = {Role.COUNTY_OFFICE: county, Role.SECRETARY: township, Role.CLERK: units[2]}[role]
    user = make_member(Unit.objects.get(pk=home.pk), role)
    for second in (None, Unit.objects.get(pk=units[5].pk)):
        if second is not None:
            grant(user, second, Role.SECRETARY)
            user = type(user).objects.get(pk=user.pk)
        by_tree = set(Volunteer.objects.filter(branch_q(user, Action.VIEW_ROSTER)).values_list("pk", flat=True))
        assert set(volunteers_for_user(user).values_list("pk", flat=True)) == by_tree
        assert by_tree
    for unit in Unit.objects.all():
        inside = Volunteer.objects.filter(
            unit__tree_id=unit.tree_id, unit__lft__gte=unit.lft, unit__rght__lte=unit.rght
        )
        assert set(Volunteer.objects.in_branch(unit)) == set(inside)
