"""Founding a committee by document, the conditions for one, and its means of each year."""

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from guanai.edits import NEVER, ChangedError
from guanai.enums import Verb
from guanai.models import Attachment, TrailEntry
from orgs.enums import Role, WithdrawalReason
from orgs.models import Unit, UnitYear, User
from orgs.services import (
    Conditions,
    Founding,
    Means,
    confirm_as_before,
    confirm_means,
    record_committee,
    withdraw_committee,
)
from tests.factories import make_appointment, make_county, make_member, make_unit, seen

pytestmark = pytest.mark.django_db
FOUNDED = datetime.date(2015, 6, 1)
YEAR = timezone.localdate().year
PDF = b"%PDF-1.7 a founding document"


class World:
    def __init__(self) -> None:
        self.county = make_county()
        self.township = make_unit(self.county, name="亭子镇", code="510824125000", committee_established_on=FOUNDED)
        self.village = make_unit(self.township, name="长江村村民委员会", code="510824125209")
        self.elsewhere = make_unit(self.county, name="云峰镇", code="510824104000", committee_established_on=FOUNDED)
        for unit in (self.county, self.township, self.village):
            # Each new unit moves the ends of the others.
            unit.refresh_from_db()
        self.secretary = make_member(self.township, Role.SECRETARY, name="罗秀琼")
        self.colleague = make_member(self.township, Role.SECRETARY, name="任素芳")
        self.stranger = make_member(self.elsewhere, Role.SECRETARY)
        self.reader = make_member(self.county, Role.REVIEWER)


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    return World()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def committee_url(unit: Unit) -> str:
    return reverse("orgs:committee_edit", args=[unit.code])


def missing_in(client: Client) -> list[str]:
    return [unit.name for unit in client.get("/coverage/?missing=1").context["listing"].page]


def entry(unit: Unit, **changes: Any) -> dict[str, Any]:
    """What the committee's form sends, opened now."""
    filled = {
        **seen(Unit.objects.get(pk=unit.pk)),
        "has_party_organisation": "on",
        "has_veterans": "on",
        "has_young_people": "on",
        "established_on": "2025-05-06",
        "document": "亭委发〔2025〕12号",
        "issued_by": "中共亭子镇委员会",
    }
    return {**filled, **changes}


def test_founding_takes_document_and_scan_and_closes_the_gap(world: World) -> None:
    client = signed_in(world.secretary)
    assert missing_in(client) == ["长江村村民委员会"]
    scan = SimpleUploadedFile("成立.pdf", PDF)
    response = client.post(committee_url(world.village), entry(world.village, scan=scan), follow=True)
    page = response.content.decode()
    assert "已登记长江村关工委。" in page
    assert "亭委发〔2025〕12号" in page
    assert "中共亭子镇委员会" in page
    assert missing_in(client) == []
    served = client.get(reverse("orgs:committee_scan", args=[world.village.code]))
    assert b"".join(served.streaming_content) == PDF  # type: ignore[attr-defined]
    assert signed_in(world.stranger).get(served.request["PATH_INFO"]).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"document": ""}, "填了成立日期，请填写成立文号"),
        ({"established_on": ""}, "填了成立文号，请填写成立日期"),
        ({"established_on": "2999-01-01"}, "成立日期不能晚于今天"),
        ({"established_on": "1980-01-01"}, "成立日期不能早于 1990-02-25"),
        ({"established_on": "去年"}, "这样的日期"),
    ],
)
def test_wrong_founding_is_explained_and_the_entry_kept(world: World, changes: dict[str, str], words: str) -> None:
    page = (
        signed_in(world.secretary).post(committee_url(world.village), entry(world.village, **changes)).content.decode()
    )
    assert words in page
    assert "中共亭子镇委员会" in page
    assert "<title>错误：" in page
    world.village.refresh_from_db()
    assert world.village.committee_established_on is None


def test_wrong_scan_is_refused_at_its_field_and_nothing_is_stored(world: World) -> None:
    scan = SimpleUploadedFile("成立.pdf", b"MZ a program", "application/pdf")
    page = (
        signed_in(world.secretary).post(committee_url(world.village), entry(world.village, scan=scan)).content.decode()
    )
    assert "这个文件的内容不是" in page
    assert "亭委发〔2025〕12号" in page
    assert not Attachment.objects.exists()
    world.village.refresh_from_db()
    assert not world.village.has_committee


def test_conditions_alone_change_whether_one_is_due(world: World) -> None:
    client = signed_in(world.secretary)
    only = {"has_party_organisation": "on", "has_young_people": "on", **seen(world.village)}
    client.post(committee_url(world.village), only)
    assert missing_in(client) == []


def withdraw_url(unit: Unit) -> str:
    return reverse("orgs:committee_withdraw", args=[unit.code])


def test_a_founding_recorded_by_mistake_is_taken_back_with_a_reason(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(committee_url(world.village), entry(world.village, scan=SimpleUploadedFile("成立.pdf", PDF)))
    world.village.refresh_from_db()
    assert 'name="reason"' in client.get(withdraw_url(world.village)).content.decode()
    client.post(withdraw_url(world.village), {"reason": "wrong_unit", **seen(world.village)})
    world.village.refresh_from_db()
    assert (world.village.has_committee, world.village.committee_document) == (False, "")
    assert world.village.committee_scan is None
    kept = TrailEntry.objects.get(verb=Verb.WITHDRAWN)
    assert (kept.actor, kept.unit_id, kept.detail) == (world.secretary, world.village.pk, {"reason": "登错了单位"})
    assert client.get(withdraw_url(world.village)).status_code == 404


def test_clearing_the_founding_withdraws_nothing(world: World) -> None:
    """Found by a reader: a cleared form took the committee back unasked."""
    client = signed_in(world.secretary)
    cleared = entry(world.township, established_on="", document="", issued_by="")
    response = client.post(committee_url(world.township), cleared)
    assert "请填写成立日期" in response.context["form"].errors["established_on"][0]
    world.township.refresh_from_db()
    assert world.township.committee_established_on == FOUNDED


def test_the_second_of_two_writers_of_a_committee_is_told(world: World) -> None:
    opened = entry(world.village, document="亭委发〔2025〕99号")
    signed_in(world.colleague).post(committee_url(world.village), entry(world.village))
    told = signed_in(world.secretary).post(committee_url(world.village), opened).content.decode()
    assert f"被 {world.colleague.name} 于" in told
    assert "亭委发〔2025〕99号" in told
    world.village.refresh_from_db()
    assert world.village.committee_document == "亭委发〔2025〕12号"
    with pytest.raises(ChangedError):
        record_committee(unit=world.village, conditions=Conditions(), by=world.secretary, seen=NEVER)
    with pytest.raises(ChangedError):
        withdraw_committee(unit=world.village, by=world.secretary, reason=WithdrawalReason.TWICE, seen=NEVER)


@pytest.mark.parametrize("ended", [None, datetime.date(2024, 12, 31)])
def test_a_committee_with_posts_is_not_withdrawn(world: World, ended: datetime.date | None) -> None:
    """Also where its posts are over by now."""
    make_appointment(unit=world.township, ends_on=ended)
    client = signed_in(world.secretary)
    page = client.get(withdraw_url(world.township)).content.decode()
    assert "不能撤下" in page
    assert 'name="reason"' not in page
    with pytest.raises(ValidationError, match="不是登错"):
        withdraw_committee(unit=world.township, by=world.secretary, reason=WithdrawalReason.TWICE)


def test_a_correction_without_a_scan_keeps_the_one_before(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(committee_url(world.village), entry(world.village, scan=SimpleUploadedFile("成立.pdf", PDF)))
    client.post(committee_url(world.village), entry(world.village, document="亭委发〔2025〕13号"))
    world.village.refresh_from_db()
    assert world.village.committee_document == "亭委发〔2025〕13号"
    assert world.village.committee_scan is not None


def test_services_refuse_who_records_elsewhere(world: World) -> None:
    with pytest.raises(PermissionDenied):
        record_committee(
            unit=world.village, founding=Founding(established_on=FOUNDED, document="文"), by=world.stranger
        )
    with pytest.raises(PermissionDenied):
        withdraw_committee(unit=world.township, by=world.reader, reason=WithdrawalReason.TWICE)
    with pytest.raises(PermissionDenied):
        confirm_means(unit=world.township, year=YEAR, means=Means(), by=world.stranger)
    with pytest.raises(PermissionDenied):
        confirm_as_before(units=[world.township, world.elsewhere], year=YEAR, by=world.secretary)


@pytest.mark.parametrize("name", ["committee", "means"])
def test_who_may_write(world: World, name: str) -> None:
    url = committee_url(world.township)
    sent: dict[str, Any] = entry(world.township)
    if name == "means":
        url = reverse("orgs:means_edit", args=[world.township.code, YEAR])
        sent = typed_means()
    assert signed_in(world.stranger).post(url, sent).status_code == 404
    assert signed_in(world.reader).post(url, sent).status_code == 403
    assert signed_in(world.colleague).put(url).status_code == 405
    assert signed_in(world.colleague).post(url, sent).status_code == 302


def typed_means(**changes: str) -> dict[str, str]:
    filled = {
        "has_office": "on",
        "staff": "2",
        "budget": "6000.50",
        "allowance": "1200",
        "periodicals": "5",
        "equipment": "电脑 1 台",
    }
    return {**filled, **changes}


def test_a_year_begins_with_the_one_before_and_stores_nothing_until_confirmed(world: World) -> None:
    before = Means(has_office=True, staff=2, budget=Decimal("6000.50"), equipment="投影仪 1 台")
    UnitYear.objects.create(unit=world.township, year=YEAR - 1, confirmed_on=datetime.date(YEAR - 1, 3, 1))
    confirm_means(unit=world.township, year=YEAR - 1, means=before, by=world.secretary)
    url = reverse("orgs:means_edit", args=[world.township.code, YEAR])
    page = signed_in(world.secretary).get(url).content.decode()
    assert f"已从 {YEAR - 1} 年沿用" in page
    assert "投影仪 1 台" in page
    assert 'class="kept">沿用' in page
    assert not UnitYear.objects.filter(year=YEAR).exists()

    signed_in(world.secretary).post(url, typed_means())
    row = UnitYear.objects.get(unit=world.township, year=YEAR)
    assert (row.budget, row.equipment) == (Decimal("6000.50"), "电脑 1 台")
    assert (row.has_office, row.has_name_plate) == (True, False)
    assert (row.confirmed_on, row.updated_by) == (timezone.localdate(), world.secretary)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": "-1"}, "不能小于 0"),
        ({"budget": "一万"}, "请填数字，单位是元"),
        ({"budget": "1.005"}, "最多两位小数"),
        ({"staff": ""}, "没有就填 0"),
        ({"staff": "2.5"}, "请填整数"),
        ({"periodicals": "100000"}, "数字太大，请核对"),
    ],
)
def test_wrong_means_are_explained_and_the_entry_kept(world: World, changes: dict[str, str], words: str) -> None:
    url = reverse("orgs:means_edit", args=[world.township.code, YEAR])
    page = signed_in(world.secretary).post(url, typed_means(**changes)).content.decode()
    assert words in page
    assert "电脑 1 台" in page
    assert not UnitYear.objects.exists()


def test_the_second_of_two_writers_of_means_is_told(world: World) -> None:
    url = reverse("orgs:means_edit", args=[world.township.code, YEAR])
    signed_in(world.colleague).post(url, typed_means(budget="7000"))
    # The secretary's form was opened before there was a row.
    told = signed_in(world.secretary).post(url, typed_means(budget="8000"))
    page = told.content.decode()
    assert f"被 {world.colleague.name} 于" in page
    assert 'value="8000"' in page
    assert UnitYear.objects.get().budget == 7000
    again = typed_means(budget="8000") | seen(UnitYear.objects.get())
    assert signed_in(world.secretary).post(url, again).status_code == 302
    assert UnitYear.objects.get().budget == 8000


def test_a_confirmed_row_is_not_written_over_by_an_old_version(world: World) -> None:
    row = confirm_means(unit=world.township, year=YEAR, means=Means(staff=1), by=world.colleague)
    with pytest.raises(ChangedError):
        confirm_means(unit=world.township, year=YEAR, means=Means(staff=2), by=world.secretary, seen=NEVER)
    confirm_means(unit=world.township, year=YEAR, means=Means(staff=3), by=world.secretary, seen=row.updated_at)
    assert UnitYear.objects.get().staff == 3


def test_a_closed_unit_has_no_more_means(world: World) -> None:
    Unit.objects.filter(pk=world.township.pk).update(closed_on=timezone.localdate())
    with pytest.raises(ValidationError, match="不再填报保障"):
        confirm_means(unit=Unit.objects.get(pk=world.township.pk), year=YEAR, means=Means(), by=world.secretary)


def test_only_a_committee_has_means_and_only_from_its_year_on(world: World) -> None:
    with pytest.raises(ValidationError, match="还没有成立关工委"):
        confirm_means(unit=world.village, year=YEAR, means=Means(), by=world.secretary)
    with pytest.raises(ValidationError, match="没有年度保障可填"):
        confirm_means(unit=world.township, year=2014, means=Means(), by=world.secretary)
    with pytest.raises(ValidationError, match="没有年度保障可填"):
        confirm_means(unit=world.township, year=YEAR + 1, means=Means(), by=world.secretary)


def villages(world: World, count: int) -> list[Unit]:
    made = [
        make_unit(world.township, name=f"新{number}村村民委员会", committee_established_on=FOUNDED)
        for number in range(count)
    ]
    return [Unit.objects.get(pk=unit.pk) for unit in made]


def test_many_are_confirmed_as_before_at_once_and_what_differs_stays(world: World) -> None:
    like, waiting, done, new = villages(world, 4)
    UnitYear.objects.create(unit=like, year=YEAR - 1, staff=1, budget=900, five_goods=True)
    UnitYear.objects.create(unit=waiting, year=YEAR - 1, staff=1)
    UnitYear.objects.create(unit=waiting, year=YEAR, staff=4)
    UnitYear.objects.create(unit=done, year=YEAR, staff=5, confirmed_on=datetime.date(YEAR, 2, 1))
    client = signed_in(world.secretary)
    page = client.get(f"/means/?year={YEAR}&state=waiting").content.decode()
    assert page.count('name="unit" value="5108241250') == 2
    assert "新3村" in page

    codes = [unit.code for unit in (like, waiting, done, new)]
    response = client.post(f"/means/{YEAR}/confirm/", {"unit": codes}, follow=True)
    assert f"已确认 2 个关工委 {YEAR} 年的保障" in response.content.decode()
    rows = {row.unit_id: row for row in UnitYear.objects.filter(year=YEAR)}
    assert (rows[like.pk].staff, rows[like.pk].budget, rows[waiting.pk].staff, rows[done.pk].staff) == (
        1,
        Decimal(900),
        4,
        5,
    )
    # 五好 is certified from above, each year anew.
    assert not rows[like.pk].five_goods
    assert rows[done.pk].confirmed_on == datetime.date(YEAR, 2, 1)
    assert new.pk not in rows


def test_nothing_is_ticked_for_anybody_and_the_filter_stays(world: World) -> None:
    UnitYear.objects.create(unit=world.township, year=YEAR - 1, staff=2)
    client = signed_in(world.secretary)
    query = f"year={YEAR}&state=waiting"
    page = client.get(f"/means/?{query}").content.decode()
    assert f'value="{world.township.code}" form="confirm">' in page
    response = client.post(f"/means/{YEAR}/confirm/", {"unit": [world.township.code], "query": query})
    assert response.headers["Location"] == f"/means/?{query}"


def test_the_means_of_a_branch_as_an_excel_list(world: World) -> None:
    mine, waiting = villages(world, 2)
    confirm_means(unit=mine, year=YEAR, means=Means(has_office=True, budget=Decimal("900.50")), by=world.secretary)
    UnitYear.objects.create(unit=waiting, year=YEAR - 1, staff=9)
    response = signed_in(world.secretary).get(f"/means/export/?year={YEAR}")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response)))
    rows = {row[1]: row for row in book.get_sheet_by_index(0).to_python() if len(row) > 9}
    assert rows["新0村关工委"][2:5] == ["已确认", "有", "无"]
    assert rows["新0村关工委"][9] == 900.5
    assert rows["新1村关工委"][2:] == ["还没有确认", *[""] * 11]
    assert "云峰镇关工委" not in rows


def test_a_forged_unit_confirms_nothing(world: World) -> None:
    mine = villages(world, 1)[0]
    UnitYear.objects.create(unit=mine, year=YEAR - 1)
    client = signed_in(world.secretary)
    for codes in ([mine.code, world.elsewhere.code], [mine.code, "nowhere"]):
        assert client.post(f"/means/{YEAR}/confirm/", {"unit": codes}).status_code == 404
    assert client.post("/means/1999/confirm/", {"unit": [mine.code]}).status_code == 404
    assert not UnitYear.objects.filter(year=YEAR).exists()
    assert "没有勾选" in client.post(f"/means/{YEAR}/confirm/", follow=True).content.decode()


def test_the_list_costs_the_same_for_one_committee_and_many(world: World, django_assert_max_num_queries: Any) -> None:
    client = signed_in(world.secretary)
    counts = []
    for more in (1, 4):
        for unit in villages(world, more):
            UnitYear.objects.create(unit=unit, year=YEAR - 1)
        client.get("/means/")
        with django_assert_max_num_queries(20) as captured:
            client.get("/means/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_confirming_many_costs_the_same_as_one(world: World, django_assert_max_num_queries: Any) -> None:
    counts = []
    for more in (1, 6):
        units = villages(world, more)
        for unit in units:
            UnitYear.objects.create(unit=unit, year=YEAR - 1)
        # Another request, another instance of the user: each new unit moved the ends of the branch.
        by = User.objects.get(pk=world.secretary.pk)
        with django_assert_max_num_queries(9) as captured:
            assert confirm_as_before(units=units, year=YEAR, by=by) == more
        counts.append(len(captured))
    assert counts[0] == counts[1]
