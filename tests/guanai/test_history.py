"""Row history: what is written down for whom, and what never is."""

import datetime
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, Model
from django.test import Client
from django.urls import reverse

from activities.models import Meeting
from guanai.enums import Change
from guanai.history import TRACKED, UNTRACKED
from guanai.jobs import claim_start
from guanai.models import Job, RowEvent
from guanai.trail import history_of
from orgs.enums import Role
from orgs.models import Unit
from orgs.services import create_unit
from tests.factories import (
    make_activity,
    make_child,
    make_county,
    make_donation,
    make_fund_account,
    make_grant,
    make_id_number,
    make_member,
    make_pairing,
    make_speciality,
    make_user,
    make_visit,
    make_volunteer,
)

OURS = {"guanai", "orgs", "volunteers", "activities", "aid", "reports"}


def test_every_model_of_ours_has_a_history_or_a_reason_for_none() -> None:
    ours = {model for model in apps.get_models() if model._meta.app_label in OURS and not model._meta.proxy}

    assert {model.__name__ for model in ours - set(TRACKED) - set(UNTRACKED)} == set()
    assert not set(TRACKED) & set(UNTRACKED)
    assert all(UNTRACKED.values())


def test_every_link_between_records_has_a_history() -> None:
    """A many-to-many field without `track_links` would change unseen."""
    linked: set[str] = set()
    for model in TRACKED:
        linked |= {field.m2m_db_table() for field in model._meta.local_many_to_many}
    linked -= {table for table in linked if table.startswith("orgs_user_")}  # Django's groups grant nothing here.
    proxies = {
        model._meta.db_table for model in apps.get_models() if model._meta.proxy and model._meta.app_label in OURS
    }

    assert linked
    assert linked <= proxies


def last(record: Model) -> RowEvent:
    return history_of(record).latest("pk")


def test_a_new_row_is_written_down_with_its_values(db: None) -> None:
    county = make_county(name="苍溪县")

    event = last(county)

    assert (event.change, event.record, event.record_id, event.unit_id) == ("insert", "orgs.unit", county.pk, county.pk)
    assert event.changes["name"] == "苍溪县"
    assert event.changes["code"] == county.code


def test_a_change_tells_old_and_new_of_what_changed_alone(db: None) -> None:
    meeting = Meeting.objects.create(unit=make_county(), kind="meeting", name="甲", held_on="2026-01-01")
    meeting.name = "乙"
    meeting.save()

    assert last(meeting).changes == {"name": ["甲", "乙"]}


def test_a_removed_row_is_written_down_with_what_it_was(db: None) -> None:
    meeting = Meeting.objects.create(unit=make_county(), kind="meeting", name="甲", held_on="2026-01-01")
    key = meeting.pk
    meeting.delete()

    event = RowEvent.objects.filter(record="activities.meeting", record_id=key).latest("pk")
    assert (event.change, event.changes["name"]) == ("delete", "甲")


def test_a_save_without_a_change_leaves_nothing(db: None) -> None:
    activity = make_activity(make_county())
    before = RowEvent.objects.count()

    activity.save()

    assert RowEvent.objects.count() == before


def test_one_statement_over_many_rows_is_written_down_for_each_that_changed(db: None) -> None:
    county = make_county()
    Meeting.objects.bulk_create(
        Meeting(unit=county, kind="meeting", name=f"第{n}次", held_on="2026-01-01", attendance=n) for n in range(5)
    )
    before = RowEvent.objects.filter(change=Change.UPDATE).count()

    Meeting.objects.filter(attendance__gte=2).update(attendance=F("attendance") + 1)
    Meeting.objects.update(attendance=F("attendance"))

    assert RowEvent.objects.filter(change=Change.UPDATE).count() == before + 3


def test_the_ends_of_the_tree_are_no_history(db: None) -> None:
    county = make_county()
    create_unit(parent=county, name="甲镇", kind="township")

    assert history_of(county).filter(change=Change.UPDATE).count() == 0
    assert not {"lft", "rght", "level", "tree_id", "name_key"} & set(last(county).changes)


def test_of_a_personal_field_only_the_change_is_kept(db: None) -> None:
    volunteer = make_volunteer(make_county(), phone="13912345678")
    volunteer.phone = "13987654321"
    volunteer.derive()
    volunteer.save()

    event = last(volunteer)
    assert event.personal == ["phone"]
    assert event.changes == {}


def test_a_personal_field_that_stayed_is_not_said_to_have_changed(db: None) -> None:
    """Each encryption gives other bytes; a form sets every field anew."""
    volunteer = make_volunteer(make_county(), phone="13912345678", birth_date=datetime.date(1950, 1, 15))
    volunteer.refresh_from_db()
    volunteer.phone, volunteer.birth_date = "13912345678", datetime.date(1950, 1, 15)
    volunteer.name = "改名"
    volunteer.derive()
    volunteer.save()

    event = last(volunteer)
    assert list(event.changes) == ["name"]
    assert event.personal == []


def test_a_password_is_changed_and_nothing_else_is_told(db: None) -> None:
    user = make_user()
    user.set_password("another-long-word-7")
    user.save()

    event = last(user)
    assert (event.personal, event.changes) == (["password"], {})
    assert user.password not in str(RowEvent.objects.filter(record="orgs.user").values_list("changes", flat=True))


def test_links_are_written_down_at_the_record_that_holds_them(db: None) -> None:
    county = make_county()
    activity, speaker, second = make_activity(county), make_volunteer(county), make_volunteer(county)

    activity.speakers.add(speaker, second)
    added = last(activity)
    activity.speakers.remove(second)

    assert added.changes == {"speakers": [[], sorted([speaker.pk, second.pk])]}
    assert added.unit_id == county.pk
    assert last(activity).changes == {"speakers": [[second.pk], []]}


def test_specialities_are_links_too(db: None) -> None:
    volunteer, speciality = make_volunteer(make_county()), make_speciality()
    volunteer.specialities.add(speciality)

    assert last(volunteer).changes == {"specialities": [[], [speciality.pk]]}


def test_a_request_says_who_from_where_and_by_which_address_without_its_query(client: Client, db: None) -> None:
    office = make_member(make_county(), Role.COUNTY_OFFICE)
    client.force_login(office)

    client.post(f"{reverse('page:large_type')}?q=secret", {"large": "1"}, REMOTE_ADDR="10.1.2.3")
    child = make_child(Unit.objects.get())
    url = reverse("aid:consent_withdraw", args=[child.consents.get().pk])
    client.post(f"{url}?q=secret", {"withdrawn_on": "2026-01-02"}, REMOTE_ADDR="10.1.2.3")

    event = RowEvent.objects.filter(via__startswith="/").latest("pk")
    assert (event.actor, event.address, event.via) == (office, "10.1.2.3", url)
    assert event.context is not None
    # That somebody reads large letters is nobody's business.
    assert not history_of(office).filter(via=reverse("page:large_type")).exists()


def test_a_task_and_a_command_are_named(db: None) -> None:
    with pghistory.context(task="reports.tasks.build"):
        county = make_county()

    assert last(county).via == "reports.tasks.build"
    assert last(county).actor is None


def test_what_a_job_changes_is_its_owner_s(db: None) -> None:
    owner = make_user()
    job = Job.objects.create(kind="year_report", owner=owner)
    with pghistory.context(task="reports.tasks.build"):
        assert claim_start(job.pk)
        county = make_county()

    assert (last(county).actor, last(county).via) == (owner, "reports.tasks.build")


@pytest.mark.usefixtures("db")
def test_no_personal_value_and_no_ciphertext_is_in_the_trail() -> None:
    county = make_county()
    made = datetime.date(2014, 3, 9)
    values: dict[str, Any] = {
        "name": "欧阳小禾", "id_number": make_id_number(made), "school": "白桥完小学校", "address": "白桥镇长岭村三组",
        "guardian": "欧阳大山", "guardian_phone": "13988887777", "needs": "缺一张书桌", "birth_date": made,
    }  # fmt: skip
    child = make_child(county, **values)
    volunteer = make_volunteer(
        county,
        id_number=make_id_number(),
        phone="13911112222",
        address="文昌街七号",
        birth_date=datetime.date(1950, 1, 15),
    )
    visit = make_visit(make_pairing(child, volunteer, plan="每周辅导数学"), content="谈了心里话")
    child.guardian, child.birth_date = "欧阳二山", datetime.date(2014, 3, 10)
    child.derive()
    child.save()
    account = make_fund_account(county)
    make_donation(account, donor="热心人王五")
    make_grant(child, account)
    visit.problem = "夜里没人照看"
    visit.save()

    secrets = [str(value) for value in values.values()] + [
        volunteer.id_number, "13911112222", "文昌街七号", "1950-01-15", "欧阳二山", "2014-03-10",
        str(child.turns_18_on), "每周辅导数学", "谈了心里话", "夜里没人照看", "热心人王五",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.name, c.id_index, v.phone FROM aid_child c, volunteers_volunteer v")
        cipher = [bytes(value).hex() for value in _first_bytes(cursor)]
        texts = []
        for table in ("guanai_rowevent", "guanai_trailentry", "guanai_viewlog"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608 - names of the test
            texts += [str(row[0]) for row in cursor.fetchall()]
    trail = "\n".join(texts)

    assert child.number in trail
    assert '"guardian"' in trail
    assert [secret for secret in secrets if secret in trail] == []
    assert [piece for piece in cipher if piece in trail] == []


def _first_bytes(cursor: Any) -> list[Any]:
    return [value for value in cursor.fetchone() if value is not None]


def test_every_tracked_model_is_a_child_of_what_it_says() -> None:
    """The decorator names fields; a renamed field must not silently become part of the history."""
    for model, tracking in TRACKED.items():
        names = {field.name for field in model._meta.get_fields()}
        own = tracking.personal | (tracking.left_out - {"lft", "rght", "level", "tree_id", "updated_at", "updated_by"})
        assert own <= names, model
