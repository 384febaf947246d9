"""The form of an appointment: people to choose from, predecessor, age, correction, dismissal."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_appointment, make_county, make_unit, make_volunteer
from tests.volunteers.appointing import (
    FOUNDED,
    NEW,
    PDF,
    bytes_of,
    create_url,
    entry,
    page_of,
)
from tests.volunteers.pages import signed_in
from volunteers.enums import VeteranKind, VolunteerStatus
from volunteers.models import Appointment, Volunteer


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def town(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇", committee_established_on=FOUNDED)


@pytest.fixture
def veteran(town: Unit) -> Volunteer:
    return make_volunteer(town, name="冯定国", birth_date=datetime.date(1960, 1, 1))


def test_the_secretary_appoints_from_the_roster(town: Unit, veteran: Volunteer) -> None:
    client = signed_in(town)
    fields = entry(post="executive_deputy_director", official="", volunteer=veteran.pk, term_ends_on="2027-05-05")
    scan = SimpleUploadedFile("a.pdf", PDF, "application/pdf")
    response = client.post(create_url(town), {**fields, "scan": scan})
    held = Appointment.objects.get()
    assert response.headers["Location"] == f"/appointments/{held.pk}/"
    assert (held.volunteer, held.document) == (veteran, "亭委发〔2024〕6号")
    page = page_of(client, f"/appointments/{held.pk}/")
    for word in ("冯定国", "亭委发〔2024〕6号", "中共亭子镇委员会", "2027-05-05", "打开任职文件"):
        assert word in page
    assert bytes_of(client.get(f"/appointments/{held.pk}/appointment/")) == PDF
    assert client.get(f"/appointments/{held.pk}/dismissal/").status_code == 404


def test_a_non_veteran_is_refused_at_the_field_and_the_entry_is_kept(town: Unit) -> None:
    other = make_volunteer(town, kind=VeteranKind.OTHER, name="李佳")
    fields = entry(post="executive_deputy_director", official="", volunteer=other.pk)
    page = signed_in(town).post(create_url(town), fields).content.decode()
    assert "李佳在名册上是“其他志愿者”" in page
    assert "<title>错误：" in page
    for kept in (f'value="{other.pk}" id="person-{other.pk}" checked', "亭委发[2024]6号", "2024-05-06"):
        assert kept in page
    official = entry(post="executive_deputy_director")
    page = signed_in(town).post(create_url(town), official).content.decode()
    assert "须由退休的五老担任" in page
    assert 'value="何永兵"' in page
    assert not Appointment.objects.exists()


def test_a_held_post_offers_to_dismiss_the_holder_by_the_same_document(town: Unit) -> None:
    holder = make_appointment(town, official="罗书记")
    client = signed_in(town)
    page = client.post(create_url(town), entry()).content.decode()
    assert "现由罗书记担任" in page
    assert "由这份文件免去罗书记" in page
    assert client.post(create_url(town), entry(replaces=holder.pk)).status_code == 302
    holder.refresh_from_db()
    assert holder.ends_on == datetime.date(2024, 5, 5)
    assert Appointment.objects.filter(ends_on=None).get().official == "何永兵"
    assert "由这份文件免去" in page_of(client, f"{create_url(town)}&post=director")


def test_the_usual_answer_about_the_predecessor_is_chosen_and_no_answer_is_asked_again(town: Unit) -> None:
    holder = make_appointment(town, official="罗书记")
    client = signed_in(town)
    form = client.get(f"{create_url(town)}&post=director").context["form"]
    assert form["replaces"].value() == str(holder.pk)
    # Without JavaScript the post is chosen on a page that knows of no holder yet.
    form = client.post(create_url(town), entry()).context["form"]
    assert "主任现由罗书记担任" in form.errors["replaces"][0]
    assert (form.fields["replaces"].label, form["replaces"].value()) == ("前任", str(holder.pk))
    kept = client.post(create_url(town), entry(replaces="keep")).context["form"]
    assert "请在“前任”一项选“由这份文件免去”" in kept.errors["replaces"][0]
    assert kept["replaces"].value() == "keep"
    early = client.post(create_url(town), entry(replaces=holder.pk, starts_on="2020-01-01")).context["form"]
    assert "要晚于前任的任职日期" in early.errors["starts_on"][0]
    assert Appointment.objects.get().ends_on is None


def test_a_form_sent_twice_makes_one_appointment(town: Unit) -> None:
    client = signed_in(town)
    key = client.get(create_url(town)).context["form"].initial["entry_key"]
    fields = entry(post="member", entry_key=key)
    # The search of people draws the form again, with the same key.
    found = client.post(create_url(town), {**fields, "step": "find"})
    assert found.context["form"].initial["entry_key"] == key
    first, second = client.post(create_url(town), fields), client.post(create_url(town), fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_only_veterans_are_offered_where_only_they_may_serve(town: Unit, veteran: Volunteer) -> None:
    make_volunteer(town, kind=VeteranKind.OTHER, name="李佳")
    client = signed_in(town)
    assert "李佳" in page_of(client, f"{create_url(town)}&post=member")
    page = page_of(client, f"{create_url(town)}&post=executive_deputy_director")
    assert "李佳" not in page
    assert veteran.name in page
    # Another post, chosen on the page, offers others.
    chosen = entry(post="executive_deputy_director", official="", find="李")
    response = client.post(create_url(town), chosen, headers={"HX-Request": "true", "HX-Trigger-Name": "post"})
    assert "名册里没有这样的五老" in response.content.decode()
    assert not Appointment.objects.exists()


def test_an_age_above_the_limit_is_said_beside_the_person_and_takes_a_tick(town: Unit) -> None:
    old = make_volunteer(town, name="冯定国", birth_date=datetime.date(1940, 1, 1))
    client = signed_in(town)
    page = page_of(client, f"{create_url(town)}&post=executive_deputy_director")
    assert "超过上限 70 岁" in page
    assert 'name="despite_age"' in page
    assert 'name="despite_age"' not in page_of(client, f"{create_url(town)}&post=director")
    fields = entry(post="executive_deputy_director", official="", volunteer=old.pk)
    asked = client.post(create_url(town), fields).content.decode()
    assert "84 岁，超过本县常务副主任年龄上限 70 岁。仍照文件登记的，请勾选后再保存" in asked
    assert 'name="despite_age"' in asked
    assert not Appointment.objects.exists()
    saved = client.post(create_url(town), {**fields, "despite_age": "on"}, follow=True).content.decode()
    # Said once on the record's page, not again in a message.
    assert saved.count("年龄上限") == 1


def test_a_search_in_a_correction_keeps_the_version_that_was_read(town: Unit, veteran: Volunteer) -> None:
    held, client = make_appointment(town, veteran, post="member"), signed_in(town)
    url = f"/appointments/{held.pk}/edit/"
    initial = client.get(url).context["form"].initial
    fields = {name: value for name, value in initial.items() if value not in (None, "")}
    assert signed_in(town).post(url, {**fields, "document": "亭委发〔2023〕7号"}).status_code == 302
    form = client.post(url, {**fields, "step": "find", "find": "冯"}).context["form"]
    again = client.post(url, {**fields, "seen": form["seen"].value(), "document": "亭委发〔2023〕8号"})
    assert "您的内容还没有存入" in again.content.decode()
    held.refresh_from_db()
    assert held.document == "亭委发〔2023〕7号"


def test_a_past_time_in_a_post_is_recorded_with_its_end(town: Unit) -> None:
    holder = make_appointment(town, official="罗书记", starts_on=datetime.date(2024, 6, 1))
    client = signed_in(town)
    half = client.post(create_url(town), entry(ends_on="2024-05-31")).content.decode()
    assert "补记离任要填免职文号" in half
    ended = {
        "ends_on": "2024-05-31",
        "end_reason": "transferred",
        "dismissal_document": "亭委发〔2024〕8号",
        "dismissal_issued_by": "中共亭子镇委员会",
        "dismissal_issued_on": "2024-05-31",
    }
    usual = client.post(create_url(town), entry(**ended, replaces=holder.pk)).content.decode()
    assert "补记已经离任的，请选“不免去”" in usual
    assert client.post(create_url(town), entry(**ended, replaces="keep")).status_code == 302
    holder.refresh_from_db()
    assert holder.ends_on is None
    assert Appointment.objects.get(official="何永兵").end_reason == "transferred"


def test_the_search_finds_by_name_and_pinyin_in_the_own_branch(county: Unit, town: Unit, veteran: Volunteer) -> None:
    make_volunteer(make_unit(county), name="冯外乡")
    make_volunteer(town, name="冯走了", status=VolunteerStatus.LEFT, left_on=datetime.date(2024, 1, 1))
    client = signed_in(town)
    for words in ("冯", "feng"):
        response = client.post(
            create_url(town), entry(find=words, official=""), headers={"HX-Request": "true", "HX-Trigger-Name": "find"}
        )
        page = response.content.decode()
        assert "冯定国" in page
        assert "冯外乡" not in page
        assert "冯走了" not in page
        assert "亭委发[2024]6号" in page
        assert "错误：" not in page
    assert "名册里没有这样的人" in client.post(create_url(town), entry(step="find", find="无")).content.decode()
    by_enter = client.post(create_url(town), entry(step="enter", find="冯", official=""))
    assert "冯定国" in by_enter.content.decode()
    assert not Appointment.objects.exists()


def test_a_forged_person_of_another_branch_is_refused(county: Unit, town: Unit) -> None:
    stranger = make_volunteer(make_unit(county), name="外乡人")
    for forged in (stranger.pk, "1 OR 1=1", "9" * 30):
        page = signed_in(town).post(create_url(town), entry(official="", volunteer=forged)).content.decode()
        assert "不在您能看到的五老名册里" in page
        assert "外乡人" not in page
    assert not Appointment.objects.exists()


def test_a_scan_of_the_wrong_type_is_refused(town: Unit) -> None:
    wrong = SimpleUploadedFile("a.pdf", b"MZ a program", "application/pdf")
    page = signed_in(town).post(create_url(town), entry(scan=wrong)).content.decode()
    assert "只能传 PDF、JPG、PNG" in page
    assert not Appointment.objects.exists()


def test_units_are_chosen_first_and_only_own_ones_with_a_committee(county: Unit, town: Unit) -> None:
    make_unit(county, name="外乡镇", committee_established_on=FOUNDED)
    make_unit(town, name="没有的村村民委员会")
    make_unit(town, name="长江村村民委员会", committee_established_on=FOUNDED)
    client = signed_in(town)
    page = page_of(client, NEW)
    assert "长江村" in page
    assert "外乡镇" not in page
    assert "没有的村" not in page
    assert "长江村" in page_of(client, f"{NEW}?find=长江")
    assert "没有这样的单位" in page_of(client, f"{NEW}?find=外乡")


def test_a_dismissal_is_recorded_and_the_second_editor_is_told(town: Unit) -> None:
    held, client = make_appointment(town), signed_in(town)
    url = f"/appointments/{held.pk}/dismiss/"
    seen = client.get(url).context["form"].initial["seen"]
    fields = {
        "ends_on": "2025-03-31",
        "end_reason": "term_over",
        "dismissal_document": "亭委发(2025)2号",
        "dismissal_issued_by": "中共亭子镇委员会",
        "dismissal_issued_on": "2025-03-31",
        "seen": seen,
    }
    empty = client.post(url, {"seen": seen}).content.decode()
    assert "请填写免职文号" in empty
    assert client.post(url, fields).status_code == 302
    page = page_of(client, f"/appointments/{held.pk}/")
    for word in ("届满", "亭委发〔2025〕2号", "已离任"):
        assert word in page
    again = client.post(url, fields).content.decode()
    assert "您的内容还没有存入" in again


def test_a_correction_keeps_what_is_not_touched(town: Unit, veteran: Volunteer) -> None:
    held, client = make_appointment(town, veteran, post="executive_deputy_director"), signed_in(town)
    url = f"/appointments/{held.pk}/edit/"
    initial = client.get(url).context["form"].initial
    fields = {name: value for name, value in initial.items() if value not in (None, "")}
    assert client.post(url, {**fields, "document": "亭委发〔2023〕7号"}).status_code == 302
    held.refresh_from_db()
    assert (held.document, held.volunteer, held.post) == ("亭委发〔2023〕7号", veteran, "executive_deputy_director")
    stale = client.post(url, {**fields, "document": "别的"}).content.decode()
    assert "您的内容还没有存入" in stale


def test_who_may_write(county: Unit, town: Unit) -> None:
    held = make_appointment(town)
    urls = [create_url(town), f"/appointments/{held.pk}/edit/", f"/appointments/{held.pk}/dismiss/"]
    stranger, clerk = signed_in(make_unit(county)), signed_in(town, Role.CLERK)
    for url in urls:
        assert stranger.get(url).status_code == stranger.post(url, entry()).status_code == 404
        assert clerk.get(url).status_code == clerk.post(url, entry()).status_code == 403
        assert signed_in(town).put(url).status_code == 405
        assert signed_in(county, Role.COUNTY_OFFICE).get(url).status_code == 200
    assert stranger.get(f"/appointments/{held.pk}/").status_code == 404
    assert clerk.get(f"/appointments/{held.pk}/").status_code == 200
    held.refresh_from_db()
    assert held.ends_on is None
