"""保障: the means of a committee in each year, carried over and confirmed."""

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from guanai.edits import NEVER, ChangedError
from orgs.models import Unit, UnitYear, User
from orgs.services import (
    Means,
    confirm_as_before,
    confirm_means,
)
from tests.factories import make_unit, seen
from tests.orgs.committee_world import FOUNDED, World, signed_in, typed_means

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    return World()


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
