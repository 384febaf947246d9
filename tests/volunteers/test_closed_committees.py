"""A post ends with its committee: derived from the closing of the unit, so that taking that back brings it back."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from activities.enums import PaperKind
from activities.models import Paper
from orgs.enums import Action, ChangeVerb, Role
from orgs.models import Restructuring, Unit, UnitYear, User
from orgs.services import Change, order_change, preview_change, take_back
from reports.rollup import figures_table
from tests.factories import make_appointment, make_county, make_member, make_unit, make_volunteer
from tests.orgs.restructuring import days_ago, order
from volunteers.enums import EndReason, Post
from volunteers.models import Appointment, Volunteer
from volunteers.services import Dismissal, dismiss
from volunteers.vacancies import count_vacancies, vacancies

pytestmark = pytest.mark.django_db
FOUNDED = datetime.date(2015, 3, 1)
CLOSED = days_ago(30)


class Merged:
    """Two townships with a director each; 东溪镇 was merged into 元坝镇 thirty days ago."""

    def __init__(self) -> None:
        self.county = make_county()
        self.first, self.second = (
            make_unit(self.county, name=name, committee_established_on=FOUNDED) for name in ("东溪镇", "元坝镇")
        )
        self.director: Volunteer = make_volunteer(self.second, name="罗国富")
        self.post: Appointment = make_appointment(self.first, self.director)
        self.other: Appointment = make_appointment(self.second)
        self.office: User = make_member(self.county, Role.COUNTY_OFFICE)
        self.empty = count_vacancies(self.office)
        self.change = Change(verb=ChangeVerb.MERGE, units=(self.first,), target=self.second)
        self.row: Restructuring = order_change(change=self.change, order=order(30))
        self.post = Appointment.objects.get(pk=self.post.pk)

    def page(self, url: str) -> str:
        client = Client()
        client.force_login(self.office)
        response: Any = client.get(url)
        assert response.status_code == 200
        return str(response.content.decode())


@pytest.fixture
def merged() -> Merged:
    return Merged()


def test_a_post_ends_the_day_before_its_unit_was_closed(merged: Merged) -> None:
    assert merged.post.ends_on is None
    assert merged.post.last_day == CLOSED - datetime.timedelta(days=1)
    assert not merged.post.is_running
    assert merged.post.end_label == "单位撤销"
    for day, held in ((CLOSED - datetime.timedelta(days=1), 2), (CLOSED, 1), (days_ago(0), 1)):
        assert Appointment.objects.running(day).count() == held
    posts = figures_table(days_ago(0).year, merged.county, ["key_posts"])
    assert posts[merged.county.pk]["key_posts"] == 1


def test_pages_and_files_say_that_the_unit_was_closed(merged: Merged) -> None:
    last = f"{CLOSED - datetime.timedelta(days=1):%Y-%m-%d}"
    assert "罗国富" not in merged.page("/appointments/")
    listed = merged.page(f"/appointments/?unit={merged.first.code}&state=all")
    for words in ("罗国富", "单位撤销", last):
        assert words in listed
    page = merged.page(f"/appointments/{merged.post.pk}/")
    for words in ("已离任", "单位撤销", last, f"{CLOSED:%Y-%m-%d} 撤销"):
        assert words in page
    assert "登记离任" not in page
    person = merged.page(f"/volunteers/{merged.director.pk}/")
    assert last in person
    assert "单位撤销" in person
    assert "任职到" in merged.page(f"/units/{merged.first.code}/")


def test_taking_the_change_back_makes_the_posts_stand_again(merged: Merged) -> None:
    take_back(restructuring=merged.row, order=order(10))
    post = Appointment.objects.get(pk=merged.post.pk)
    assert post.is_running
    assert post.last_day is None
    assert Appointment.objects.running(days_ago(0)).count() == 2
    assert count_vacancies(merged.office) == merged.empty


def test_a_closed_unit_has_no_vacancies(merged: Merged) -> None:
    empty = vacancies(merged.office, action=Action.EDIT_POSTS)
    assert {row["code"] for row in empty} == {merged.second.code}
    assert count_vacancies(merged.office) == len(empty) < merged.empty


def test_a_dismissal_after_the_closing_is_refused_and_one_before_it_counts(merged: Merged) -> None:
    late = Dismissal(
        ends_on=days_ago(5),
        issued_on=days_ago(5),
        reason=EndReason.DISMISSED,
        document="苍委〔2026〕9号",
        issued_by="中共苍溪县委",
    )
    with pytest.raises(ValidationError) as refused:
        dismiss(appointment=merged.post, dismissal=late, by=merged.office, seen=merged.post.updated_at)
    assert refused.value.message_dict == {"ends_on": [f"东溪镇已于 {CLOSED:%Y-%m-%d} 撤销，任职随之结束，不用登记离任"]}
    early = replace(late, ends_on=days_ago(60), issued_on=days_ago(60))
    done = dismiss(appointment=merged.post, dismissal=early, by=merged.office, seen=merged.post.updated_at)
    assert (done.last_day, done.end_label) == (days_ago(60), "免职")


def test_the_preview_names_posts_means_and_papers() -> None:
    county = make_county()
    first, second = (make_unit(county, committee_established_on=FOUNDED) for _ in range(2))
    village: Unit = make_unit(first, committee_established_on=FOUNDED)
    for unit, post in ((first, Post.DIRECTOR), (first, Post.MEMBER), (village, Post.DIRECTOR)):
        make_appointment(unit, post=post)
    year = days_ago(0).year
    UnitYear.objects.create(unit=first, year=year, confirmed_on=days_ago(0))
    UnitYear.objects.create(unit=first, year=year - 1, confirmed_on=days_ago(0))
    Paper.objects.create(unit=village, year=year, kind=PaperKind.PLAN)
    preview = preview_change(change=Change(verb=ChangeVerb.MERGE, units=(first,), target=second), order=order(30))
    counted = {kind.label: kind.count for kind in preview.records}
    assert counted == {"在任职务": 3, "今年确认的保障": 1, "今年的计划 检查 总结": 1}
    assert preview.closes
