"""The demonstration at its full size stands where the founding document does (domain.md §0)."""

import datetime
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from activities.enums import ActivityState
from activities.models import Activity
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo import Loaded, Plan, load
from reports.evaluation import score_sheets
from reports.models import Scheme
from reports.services import figures, figures_table

# One group, so that one process loads the demonstration for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo_full")]


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=folder), transaction.atomic():
        yield load(plan=Plan(today=datetime.date(2026, 11, 23)))
        transaction.set_rollback(True)


def test_year_of_the_founding_document(loaded: Loaded) -> None:
    found = figures(2025, loaded.county)
    assert 5000 < found["core"] < 5300
    assert 1000 < found["activities"] < 1150
    assert 1000 < found["talks"] < 1150
    assert 80 < found["tutoring_sessions"] < 160
    assert Decimal(7_200_000) < found["funds_raised"] < Decimal(7_400_000)
    assert 700 < found["student_grants"] < 750
    assert 1150 < found["pairings"] < 1250


def test_every_village_is_covered_but_a_few(loaded: Loaded) -> None:
    villages = Unit.objects.filter(kind__in=[UnitKind.VILLAGE, UnitKind.COMMUNITY])
    assert villages.count() == 457
    required = villages.filter(has_party_organisation=True, has_veterans=True, has_young_people=True)
    assert 1 <= required.filter(committee_established_on=None).count() <= 10
    assert required.count() < villages.count()


def test_months_have_their_seasons(loaded: Loaded) -> None:
    held = Counter(day.month for day in Activity.objects.filter(held_on__year=2025).values_list("held_on", flat=True))
    assert set(held) == set(range(1, 13))
    assert held[2] < held[3] < held[5]
    assert held[12] < held[6]


def test_big_townships_do_more_than_small_ones(loaded: Loaded) -> None:
    table = figures_table(2025, loaded.county, ["activities", "veterans"])
    by_name = {unit.name: table[unit.pk] for unit in Unit.objects.filter(kind=UnitKind.TOWNSHIP)}
    assert by_name["元坝镇"]["activities"] > 2 * by_name["桥溪乡"]["activities"]
    assert all(figures["veterans"] for figures in by_name.values())


def test_joint_activities_and_several_sessions_occur(loaded: Loaded) -> None:
    year = Activity.objects.filter(held_on__year=2025)
    assert year.filter(co_hosts__isnull=False).distinct().count() > 80
    assert year.filter(sessions__gt=1).count() > 200
    assert not year.exclude(state=ActivityState.ACCEPTED).exists()
    assert len(set(year.values_list("summary", flat=True))) > 900


def test_evaluation_tells_townships_apart(loaded: Loaded) -> None:
    grades = Counter(sheet.grade for sheet in score_sheets(Scheme.objects.get(year=2025)))
    assert None not in grades
    assert len(grades) >= 3
    assert 5 <= grades.most_common()[0][1] <= 25
