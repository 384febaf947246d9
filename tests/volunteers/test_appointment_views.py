"""Pages of posts: who sees what, lists, files, empty posts."""

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
from tests.volunteers.appointing import (
    EMPTY,
    FOUNDED,
    LIST,
    NEW,
    PDF,
    bytes_of,
    page_of,
)
from tests.volunteers.pages import signed_in
from volunteers.enums import Post, VeteranKind
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


def test_posts_of_somebody_who_has_left_are_named_on_their_page(town: Unit, veteran: Volunteer) -> None:
    held, client = make_appointment(town, veteran, post="executive_deputy_director"), signed_in(town)
    url = f"/volunteers/{veteran.pk}/"
    assert "后还有工作没有移交" not in page_of(client, url)
    form = client.get(f"{url}edit/").context["form"]
    fields = {name: form[name].value() for name in ("unit", "name", "kind", "joined_on", "seen", "sex")}
    left = {**fields, "status": "deceased", "left_on": "2025-03-01"}
    response = client.post(f"{url}edit/", left, follow=True)
    page = response.content.decode()
    assert "名下还有工作没有移交" in page
    assert "亭子镇关工委常务副主任" in page
    assert f"/appointments/{held.pk}/" in page
