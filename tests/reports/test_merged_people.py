"""What a merge of two rows of one person does to the figures: distinct persons are one less, nothing else changes."""

import datetime

import pytest
from django.utils import timezone

from orgs.enums import Role
from orgs.models import Unit
from reports.services import figures
from tests.factories import (
    make_activity,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_team,
    make_unit,
    make_visit,
    make_volunteer,
)
from volunteers.models import TeamMember, Volunteer
from volunteers.services import merge_people
from volunteers.services.duplicates import latest

pytestmark = pytest.mark.django_db


def test_distinct_persons_are_one_less_and_occasions_stay() -> None:
    county = make_county()
    town = make_unit(county, name="亭子镇")
    born = datetime.date(1950, 3, 4)
    first, second = (
        make_volunteer(town, name="杜承志", birth_date=born, id_number="", sex="male", kind="teacher") for _ in range(2)
    )
    team = make_team(town)
    for person in (first, second):
        TeamMember.objects.create(team=team, volunteer=person, starts_on=datetime.date(2022, 1, 1))
    make_activity(town, speakers=[first, second], young_people=60)
    make_activity(town, speakers=[second], young_people=30)
    for person in (first, second):
        make_visit(make_pairing(make_child(town), person))
    years = (2025, timezone.localdate().year)
    before = {year: figures(year, Unit.objects.get(pk=county.pk)) for year in years}
    assert (before[2025]["activities"], before[2025]["visits"]) == (2, 2)
    office = make_member(Unit.objects.get(pk=county.pk), Role.COUNTY_OFFICE)
    pair = [Volunteer.objects.get(pk=person.pk) for person in (first, second)]
    merge_people(keep=pair[0], drop=pair[1], chosen={}, by=office, seen=latest(*pair).updated_at)
    for year in years:
        now = figures(year, Unit.objects.get(pk=county.pk))
        changed = {code: (before[year][code], value) for code, value in now.items() if value != before[year][code]}
        assert changed.pop("veterans") == (2, 1)
        assert changed.pop("team_members") == (2, 1)
        # The same person under other headings of the same count; no sum of occasions is among them.
        assert all(code.startswith("veterans_") and pair_of == (2, 1) for code, pair_of in changed.items()), changed
        assert now["activities"] == before[year]["activities"]
        assert now["visits"] == before[year]["visits"]
