"""The clock of posts: which are empty, since when, by when they are due."""

import datetime
from collections.abc import Iterable
from typing import Any

import pytest
from django.utils import timezone

from guanai.edits import NEVER
from orgs.enums import Action, Role, UnitKind
from orgs.models import Unit, User
from tests.factories import grant, make_appointment, make_county, make_member, make_unit, make_volunteer
from volunteers.enums import Post
from volunteers.models import PostRule
from volunteers.posts import appointments_for_user, over_age, terms_ending
from volunteers.services import set_post_rules
from volunteers.vacancies import VacancyFilter, count_vacancies, days_empty, is_overdue, vacancies

FOUNDED = datetime.date(2015, 3, 1)


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def office(county: Unit) -> User:
    return make_member(county, Role.COUNTY_OFFICE)


def days_ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def months_ago(months: int) -> datetime.date:
    """The first of a month, so that so many months later is the same day of another one."""
    first = timezone.localdate().replace(day=1)
    for _ in range(months):
        first = (first - datetime.timedelta(days=1)).replace(day=1)
    return first


def founded(parent: Unit, kind: str = "", **fields: Any) -> Unit:
    return make_unit(parent, kind, **{"committee_established_on": FOUNDED, **fields})


def filled(unit: Unit, *posts: str) -> None:
    for post in posts:
        make_appointment(unit, post=post)


def said(rows: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["name"], row["post"]) for row in rows]


def test_tiers_ask_for_the_posts_that_the_county_s_rules_name(county: Unit, office: User) -> None:
    town, department = founded(county, name="亭子镇"), founded(county, UnitKind.DEPARTMENT, name="教育局")
    founded(town, name="长江村村民委员会")
    make_unit(county, name="没有关工委的镇")
    founded(county, name="撤了的镇", closed_on=days_ago(3))
    founded(county, name="明天才成立的镇", committee_established_on=days_ago(-1))
    four = [Post.DIRECTOR, Post.EXECUTIVE_DEPUTY_DIRECTOR, Post.OFFICE_DIRECTOR, Post.STAFF]
    assert said(vacancies(office)) == [
        *[(department.name, post) for post in four],
        *[(town.name, post) for post in four],
        *[("长江村村民委员会", post) for post in four[:2]],
    ]
    filled(town, *four)
    rule = PostRule(post=Post.OFFICE_DIRECTOR, vacancy_months=3, at_village=True)
    set_post_rules(county=county, rules=[rule], by=office, seen=NEVER)
    rows = said(vacancies(office))
    assert ("长江村村民委员会", Post.OFFICE_DIRECTOR) in rows
    assert (department.name, Post.OFFICE_DIRECTOR) not in rows
    assert count_vacancies(office) == len(rows) == 6


def test_the_clock_starts_with_the_last_holder_s_end_or_the_founding(county: Unit, office: User) -> None:
    town = founded(county, committee_established_on=days_ago(40))
    filled(town, Post.OFFICE_DIRECTOR, Post.STAFF)
    make_appointment(town, starts_on=FOUNDED, ends_on=days_ago(900), official="甲")
    make_appointment(town, starts_on=days_ago(800), ends_on=days_ago(12), official="乙")
    director, deputy = list(vacancies(office))
    assert (director["last_end"], days_empty(director)) == (days_ago(12), 12)
    assert (deputy["last_end"], deputy["since"], days_empty(deputy)) == (None, days_ago(40), 40)
    assert not is_overdue(director)


def test_a_post_is_held_on_its_last_day_and_empty_the_day_after(county: Unit, office: User) -> None:
    town = founded(county)
    filled(town, Post.EXECUTIVE_DEPUTY_DIRECTOR, Post.OFFICE_DIRECTOR, Post.STAFF)
    last = make_appointment(town, ends_on=timezone.localdate())
    assert list(vacancies(office)) == []
    last.ends_on = days_ago(1)
    last.save()
    assert [days_empty(row) for row in vacancies(office)] == [1]


def test_a_vacancy_is_overdue_after_the_county_s_months(county: Unit, office: User) -> None:
    town = founded(county)
    filled(town, Post.EXECUTIVE_DEPUTY_DIRECTOR, Post.OFFICE_DIRECTOR, Post.STAFF)
    make_appointment(town, starts_on=FOUNDED, ends_on=months_ago(4))
    (row,) = vacancies(office)
    assert row["due_on"] == months_ago(1)
    assert is_overdue(row)
    for overdue, count in ((True, 1), (False, 0), (None, 1)):
        assert vacancies(office, VacancyFilter(overdue=overdue)).count() == count
    set_post_rules(
        county=county, rules=[PostRule(post=Post.DIRECTOR, vacancy_months=6, at_township=True)], by=office, seen=NEVER
    )
    (row,) = vacancies(office)
    assert not is_overdue(row)
    assert vacancies(office, VacancyFilter(overdue=True)).count() == 0


def test_the_filter_names_a_branch_and_a_post(county: Unit, office: User) -> None:
    first, second = founded(county, name="亭子镇"), founded(county, name="云峰镇")
    village = founded(second)
    second.refresh_from_db()
    here = VacancyFilter(branch=second, post=Post.DIRECTOR)
    assert said(vacancies(office, here)) == [(second.name, Post.DIRECTOR), (village.name, Post.DIRECTOR)]
    assert said(vacancies(office, VacancyFilter(post=Post.MEMBER))) == []
    assert first.name in dict(said(vacancies(office)))


def test_each_county_keeps_its_own_rules_and_nobody_sees_another_branch(county: Unit, office: User) -> None:
    other = make_county("510822", "青川县")
    here, there = founded(county, name="亭子镇"), founded(other, name="乔庄镇")
    theirs = make_member(other, Role.COUNTY_OFFICE)
    set_post_rules(county=other, rules=[PostRule(post=Post.DIRECTOR, vacancy_months=3)], by=theirs, seen=NEVER)
    assert (here.name, Post.DIRECTOR) in said(vacancies(office))
    assert (there.name, Post.DIRECTOR) not in said(vacancies(theirs))
    assert there.name not in dict(said(vacancies(office)))
    grant(office, other, Role.REVIEWER)
    both = said(vacancies(User.objects.get(pk=office.pk)))
    assert {(here.name, Post.DIRECTOR), (there.name, Post.STAFF)} <= set(both)
    assert (there.name, Post.DIRECTOR) not in both


def test_only_who_records_posts_has_something_to_do(county: Unit) -> None:
    town, other = founded(county), founded(county)
    assert other.pk != town.pk
    assert count_vacancies(make_member(town, Role.SECRETARY)) == 4
    for role in (Role.LEADER, Role.REVIEWER, Role.CLERK, Role.AUDITOR):
        assert count_vacancies(make_member(town, role)) == 0


def test_the_menu_counts_what_the_list_shows(county: Unit, office: User) -> None:
    other = make_county("510822", "青川县")
    town = founded(county)
    founded(town), founded(town, "school"), founded(other), make_unit(county)
    closed = founded(county, closed_on=days_ago(3))
    filled(town, Post.DIRECTOR)
    make_appointment(town, post=Post.STAFF, ends_on=days_ago(1))
    make_appointment(closed, post=Post.STAFF)
    secretary, both = make_member(town, Role.SECRETARY), make_member(town, Role.SECRETARY)
    grant(both, other, Role.COUNTY_OFFICE)
    users = [User.objects.get(pk=user.pk) for user in (office, secretary, both)]
    set_post_rules(
        county=county, rules=[PostRule(post=Post.LIAISON, vacancy_months=1, at_village=True)], by=office, seen=NEVER
    )
    counts = [count_vacancies(user) for user in users]
    assert counts == [vacancies(user, action=Action.EDIT_POSTS).count() for user in users]
    assert min(counts) > 0
    assert counts[2] > counts[1]


def test_queries_do_not_grow_with_the_network(county: Unit, office: User, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        founded(founded(county))
        user = User.objects.get(pk=office.pk)
        # Grants, the county, its rules, the rows.
        with django_assert_num_queries(4):
            assert list(vacancies(user))
    user = User.objects.get(pk=make_member(county, Role.LEADER).pk)
    with django_assert_num_queries(1):
        assert count_vacancies(user) == 0


def test_terms_that_end_soon_or_are_over(county: Unit, office: User) -> None:
    town = founded(county)
    for name, days in (("过了", -5), ("快了", 20), ("还早", 200)):
        make_appointment(town, post=Post.MEMBER, official=name, term_ends_on=days_ago(-days))
    make_appointment(town, post=Post.MEMBER, official="走了", ends_on=days_ago(9), term_ends_on=days_ago(3))
    make_appointment(town, post=Post.MEMBER, official="没有任期")
    rows = appointments_for_user(office)
    assert {each.official for each in terms_ending(rows, 30)} == {"过了", "快了"}
    assert {each.official for each in terms_ending(rows, 200)} == {"过了", "快了", "还早"}


def test_over_age_is_for_who_reads_the_roster(county: Unit, office: User) -> None:
    town, year = founded(county), timezone.localdate().year
    old = make_volunteer(town, birth_date=datetime.date(year - 71, 12, 31))
    limit = make_volunteer(town, birth_date=datetime.date(year - 70, 1, 1))
    for person in (old, limit):
        make_appointment(founded(county), person, post=Post.EXECUTIVE_DEPUTY_DIRECTOR)
        # The same age is no matter in a post without a limit.
        make_appointment(town, person, post=Post.ADVISER)
    rows = over_age(appointments_for_user(office), office)
    assert [each.volunteer for each in rows] == [old]
    leader = make_member(county, Role.LEADER)
    assert list(over_age(appointments_for_user(leader), leader)) == []
