"""Pages of posts: lists, files, the form with its search, dismissal, scans, the county's rules."""

import datetime
import io
import tempfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from guanai.attachments import store_attachment
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_appointment, make_county, make_member, make_unit, make_volunteer
from volunteers.enums import Post, VeteranKind, VolunteerStatus
from volunteers.models import Appointment, PostRule, Volunteer

FOUNDED = datetime.date(2015, 3, 1)
LIST, NEW, EMPTY, RULES = "/appointments/", "/appointments/new/", "/vacancies/", "/post-rules/"
PDF = b"%PDF-1.7 a paper"


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def town(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇", committee_established_on=FOUNDED)


@pytest.fixture
def veteran(town: Unit) -> Volunteer:
    return make_volunteer(town, name="冯定国", birth_date=datetime.date(1960, 1, 1))


def signed_in(unit: Unit, role: Role = Role.SECRETARY) -> Client:
    client = Client()
    client.force_login(make_member(unit, role))
    return client


def entry(**fields: Any) -> dict[str, Any]:
    given = {
        "post": "director",
        "official": "何永兵",
        "document": "亭委发[2024]6号",
        "issued_by": "中共亭子镇委员会",
        "issued_on": "2024-05-06",
        "starts_on": "2024-05-06",
    }
    return {**given, **fields}


def create_url(unit: Unit) -> str:
    return f"{NEW}?unit={unit.code}"


def page_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def bytes_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


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


def test_ages_are_for_readers_of_the_roster(town: Unit) -> None:
    old = make_volunteer(town, birth_date=datetime.date(1940, 1, 1))
    held = make_appointment(town, old, post="executive_deputy_director")
    years = f"{timezone.localdate().year - 1940} 岁"
    secretary, leader = signed_in(town), signed_in(town, Role.LEADER)
    for url in (LIST, f"/appointments/{held.pk}/", f"/units/{town.code}/"):
        assert years in page_of(secretary, url)
        assert years not in page_of(leader, url)
        assert old.name in page_of(leader, url)
    assert old.name in page_of(secretary, f"{LIST}?state=over_age")
    # The choice is not offered, so the filter is wrong and finds nobody.
    assert old.name not in page_of(leader, f"{LIST}?state=over_age")


@pytest.mark.parametrize("role", [Role.LEADER, Role.FUND_MANAGER, Role.FUND_APPROVER])
def test_who_does_not_read_the_roster_sees_the_office_and_no_more(town: Unit, role: Role) -> None:
    holder = make_volunteer(
        town, name="冯定国", kind=VeteranKind.SOLDIER, birth_date=datetime.date(1940, 1, 1), former_post="县武装部科长"
    )
    ended: dict[str, Any] = {"ends_on": datetime.date(2025, 1, 31), "end_reason": "resigned"}
    held = make_appointment(town, holder, post="executive_deputy_director", document="亭委发〔2023〕1号")
    gone = make_appointment(town, holder, post="member", document="亭委发〔2022〕9号", **ended)
    scan = store_attachment(file=SimpleUploadedFile("a.pdf", PDF), by=make_member(town), label="文件")
    Appointment.objects.update(scan=scan)
    secretary, other = signed_in(town), signed_in(town, role)
    secrets = ("老战士", "县武装部科长", "岁", "打开任职文件", "因身体等原因请辞", "导出这")
    pages = [f"{LIST}?state=all", f"/units/{town.code}/", *(f"/appointments/{one.pk}/" for one in (held, gone))]
    told = "".join(page_of(secretary, url) for url in pages)
    assert [word for word in secrets if word not in told] == []
    for url in pages:
        page = page_of(other, url)
        assert "冯定国" in page
        assert "亭委发〔202" in page
        assert [word for word in secrets if word in page] == [], url
    assert "亭委发〔2023〕1号" in paper_text(other, town)
    assert "县武装部科长" not in paper_text(other, town)
    assert "县武装部科长" in paper_text(secretary, town)
    for url in ("/appointments/export/", f"/appointments/{held.pk}/appointment/", "/api/v1/appointments/"):
        given = secretary.get(url)
        assert given.status_code == 200, url
        assert bytes_of(given)
        assert other.get(url).status_code == 403, url


def test_a_holder_from_another_roster_is_named_and_no_more(county: Unit, town: Unit) -> None:
    elsewhere = make_volunteer(make_unit(county), name="冯定国", birth_date=datetime.date(1940, 1, 1))
    held = make_appointment(town, elsewhere, post="executive_deputy_director")
    client = signed_in(town)
    for url in (LIST, f"/appointments/{held.pk}/", f"/units/{town.code}/"):
        page = page_of(client, url)
        assert "冯定国" in page
        for word in ("岁", "老教师", f"/volunteers/{elsewhere.pk}/"):
            assert word not in page, url
    sheet = sheet_of(bytes_of(client.get("/appointments/export/")))
    assert (sheet["D4"].value, sheet["E4"].value) == ("冯定国", None)
    assert client.get(f"/api/v1/appointments/{held.pk}/").json()["veteran_kind"] is None


def paper_text(client: Client, unit: Unit) -> str:
    document = docx.Document(io.BytesIO(client.get(f"/appointments/paper/{unit.code}/").content))
    return "".join(cell.text for row in document.tables[0].rows for cell in row.cells)


def test_a_line_of_the_list_is_a_card_on_a_phone_with_what_may_be_done(town: Unit) -> None:
    running = make_appointment(town)
    ended = make_appointment(town, post="member", ends_on=datetime.date(2024, 1, 31), end_reason="retired")
    page = page_of(signed_in(town), f"{LIST}?state=all")
    assert '<table class="table table-hover stacked">' in page
    assert 'data-label="任期至"' in page
    for one, dismissed in ((running, False), (ended, True)):
        assert f'href="/appointments/{one.pk}/edit/"' in page
        assert (f'href="/appointments/{one.pk}/dismiss/"' in page) is not dismissed
    reader = page_of(signed_in(town, Role.CLERK), LIST)
    assert f'<td class="ops"><a href="/appointments/{running.pk}/">查看</a></td>' in reader


def test_the_list_filters_by_branch_post_day_document_and_range(county: Unit, town: Unit) -> None:
    other = make_unit(county, name="云峰镇")
    make_appointment(town, official="甲书记", document="亭委发〔2023〕1号", term_ends_on=timezone.localdate())
    ended: dict[str, Any] = {"starts_on": datetime.date(2020, 1, 1), "ends_on": datetime.date(2022, 12, 31)}
    make_appointment(town, official="乙书记", **ended, dismissal_document="亭委发〔2022〕9号")
    make_appointment(other, official="丙书记", post="member")
    client = signed_in(county, Role.COUNTY_OFFICE)
    cases = {
        "": "甲丙",
        f"unit={town.code}": "甲",
        "post=member": "丙",
        "day=2021-05-01": "乙",
        "state=all": "甲乙丙",
        "state=all&document=〔2022〕9号": "乙",
        "state=ending30": "甲",
        "day=nonsense": "",
    }
    for query, names in cases.items():
        page = page_of(client, f"{LIST}?{query}")
        assert {name for name in "甲乙丙" if f"{name}书记" in page} == set(names), query


@pytest.mark.parametrize("url", [LIST, f"{LIST}?state=all", EMPTY, f"{LIST}?state=over_age"])
def test_lists_cost_the_same_for_one_and_for_three(url: str, county: Unit, django_assert_max_num_queries: Any) -> None:
    client = signed_in(county, Role.COUNTY_OFFICE)

    def grow() -> None:
        town = make_unit(county, committee_established_on=FOUNDED)
        old = make_volunteer(town, birth_date=datetime.date(1940, 1, 1))
        make_appointment(make_unit(town), old, post="executive_deputy_director")

    def count() -> int:
        client.get(url)
        with django_assert_max_num_queries(30) as captured:
            assert client.get(url).context["listing"].total
        return len(captured)

    grow()
    few = count()
    grow()
    grow()
    assert count() == few


def test_the_vacancy_page_names_days_and_deadline(county: Unit, town: Unit) -> None:
    for post in (Post.EXECUTIVE_DEPUTY_DIRECTOR, Post.OFFICE_DIRECTOR, Post.STAFF):
        make_appointment(town, post=post)
    make_appointment(town, starts_on=FOUNDED, ends_on=timezone.localdate() - datetime.timedelta(days=1200))
    page = page_of(signed_in(town), EMPTY)
    assert "1,200 天" in page
    assert "已超期" in page
    assert f"{NEW}?unit={town.code}&amp;post=director" in page
    assert "登记任职" not in page_of(signed_in(town, Role.LEADER), EMPTY)
    unit = page_of(signed_in(town), f"/units/{town.code}/")
    assert "空缺，已超期" in unit


def test_excel_files_open_elsewhere_and_hold_the_filter(county: Unit, town: Unit, veteran: Volunteer) -> None:
    make_appointment(town, veteran, post="executive_deputy_director", document="亭委发〔2023〕1号")
    make_appointment(make_unit(county, name="云峰镇"), official="丙书记")
    client = signed_in(county, Role.COUNTY_OFFICE)
    sheet = sheet_of(bytes_of(client.get(f"/appointments/export/?unit={town.code}")))
    assert [cell.value for cell in sheet[4]][:4] == ["亭子镇", "苍溪县", "常务副主任", "冯定国"]
    assert sheet.max_row == 4
    assert sheet["J4"].value.date() == datetime.date(2023, 3, 1)
    empty = sheet_of(bytes_of(client.get(f"/vacancies/export/?unit={town.code}")))
    assert [empty.cell(row, 3).value for row in range(4, empty.max_row + 1)] == ["主任", "办公室主任", "工作人员"]


def sheet_of(content: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        path.write_bytes(content)
        return openpyxl.load_workbook(path).active


def test_the_paper_lists_the_leading_groups_in_the_order_of_posts(county: Unit, town: Unit, veteran: Volunteer) -> None:
    village = make_unit(town, name="长江村村民委员会", committee_established_on=FOUNDED)
    make_appointment(town, veteran, post="executive_deputy_director")
    make_appointment(town, official="罗书记", official_office="亭子镇党委书记")
    make_appointment(village, official="村支书")
    make_appointment(make_unit(county), official="外乡书记")
    response = signed_in(town).get(f"/appointments/paper/{town.code}/")
    assert response.status_code == 200
    document = docx.Document(io.BytesIO(response.content))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    said = [(row[1], row[2]) for row in rows[1:]]
    assert said == [
        ("主任", "罗书记"),
        ("常务副主任", "冯定国"),
        ("办公室主任", "空缺"),
        ("工作人员", "空缺"),
        ("主任", "村支书"),
        ("常务副主任", "空缺"),
    ]
    assert rows[1][3] == "亭子镇党委书记"
    assert rows[1][4].endswith("号\n2023年3月1日")
    assert "盖章" in document.tables[1].rows[0].cells[0].text
    assert document.paragraphs[0].text == "亭子镇关心下一代工作委员会\n领导班子名单"
    today = timezone.localdate()
    assert document.paragraphs[1].text == f"（截至{today.year}年{today.month}月{today.day}日）"


def test_the_county_s_paper_names_empty_posts_of_its_townships_and_not_of_villages(county: Unit, town: Unit) -> None:
    Unit.objects.filter(pk=county.pk).update(committee_established_on=FOUNDED)
    make_unit(town, name="长江村村民委员会", committee_established_on=FOUNDED)
    make_appointment(county, official="李佳")
    response = signed_in(county, Role.COUNTY_OFFICE).get(f"/appointments/paper/{county.code}/")
    document = docx.Document(io.BytesIO(response.content))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:]
    assert rows[0][2] == "李　佳"
    of_town = ["主任", "常务副主任", "办公室主任", "工作人员"]
    assert [row[1] for row in rows if row[2] == "空缺"] == [*of_town[1:], *of_town]
    # The rows of a unit stay together, its last one may be followed by another page.
    kept = [row.cells[1].paragraphs[0].paragraph_format.keep_with_next for row in document.tables[0].rows[1:]]
    assert kept == [True, True, True, None, True, True, True, True]


def test_the_county_s_office_edits_the_rules(county: Unit, town: Unit) -> None:
    client = signed_in(county, Role.COUNTY_OFFICE)
    forms = client.get(RULES).context["forms"]
    fields = {f"{form.prefix}-{name}": form[name].value() for form in forms for name in form.fields}
    fields = {name: value for name, value in fields.items() if value not in (None, False)}
    assert fields["executive_deputy_director-age_limit"] == 70
    fields |= {"executive_deputy_director-age_limit": "75", "director-vacancy_months": "0"}
    refused = client.post(RULES, fields).content.decode()
    assert "错误：" in refused
    assert not PostRule.objects.exists()
    assert client.post(RULES, {**fields, "director-vacancy_months": "6"}).status_code == 302
    rules = {rule.post: rule for rule in PostRule.objects.filter(unit=county)}
    assert rules["executive_deputy_director"].age_limit == 75
    assert (rules["director"].vacancy_months, rules["director"].at_village) == (6, True)
    assert rules["staff"].at_village is False
    assert signed_in(town).get(RULES).status_code == 403
    assert signed_in(town, Role.COUNTY_OFFICE).get(RULES).status_code == 403


def rule_fields(client: Client) -> dict[str, Any]:
    """What the page of rules holds, ready to be sent."""
    context = client.get(RULES).context
    fields = {f"{form.prefix}-{name}": form[name].value() for form in context["forms"] for name in form.fields}
    fields |= {"seen": context["form"]["seen"].value()}
    return {name: value for name, value in fields.items() if value not in (None, False)}


@pytest.mark.parametrize("earlier", [0, 1])
def test_the_second_writer_of_rules_is_told_and_may_save_again(county: Unit, earlier: int) -> None:
    one, two = (signed_in(county, Role.COUNTY_OFFICE) for _ in range(2))
    for _ in range(earlier):
        assert one.post(RULES, rule_fields(one)).status_code == 302
    mine, theirs = rule_fields(one), rule_fields(two)
    assert two.post(RULES, {**theirs, "director-age_limit": "66"}).status_code == 302
    told = one.post(RULES, {**mine, "director-age_limit": "77"})
    assert "您的内容还没有存入" in told.content.decode()
    assert PostRule.objects.get(post=Post.DIRECTOR).age_limit == 66
    again = {**mine, "director-age_limit": "77", "seen": told.context["form"]["seen"].value()}
    assert one.post(RULES, again).status_code == 302
    assert PostRule.objects.get(post=Post.DIRECTOR).age_limit == 77


def test_posts_of_somebody_who_has_left_are_named_on_their_page(town: Unit, veteran: Volunteer) -> None:
    held, client = make_appointment(town, veteran, post="executive_deputy_director"), signed_in(town)
    url = f"/volunteers/{veteran.pk}/"
    assert "后还有在任职务" not in page_of(client, url)
    form = client.get(f"{url}edit/").context["form"]
    fields = {name: form[name].value() for name in ("unit", "name", "kind", "joined_on", "seen", "sex")}
    left = {**fields, "status": "deceased", "left_on": "2025-03-01"}
    response = client.post(f"{url}edit/", left, follow=True)
    page = response.content.decode()
    assert "名下还有在任职务：亭子镇关工委常务副主任" in page
    assert "离世后还有在任职务" in page
    assert f"/appointments/{held.pk}/" in page
