"""The pages of 区划调整: choose, fill in, preview, confirm; the list, one change, taking back, cancelling."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orgs.enums import ChangeState, ChangeVerb, Role, UnitKind
from orgs.models import Restructuring, Unit
from orgs.services import Change, order_change, take_back
from tests.factories import grant, make_activity, make_county, make_member, make_unit
from tests.orgs.restructuring import DOCUMENT, days_ago, order, tree_now

pytestmark = pytest.mark.django_db
DAY = days_ago(30)


class County:
    """Two townships, one of them with a village and a secretary, and the office."""

    def __init__(self) -> None:
        self.county = make_county()
        self.first = make_unit(self.county, name="东溪镇", code="510824110")
        self.second = make_unit(self.county, name="元坝镇", code="510824112")
        self.village = make_unit(self.first, name="大营村村民委员会")
        self.secretary = make_member(self.first, Role.SECRETARY, name="罗秀琼")
        self.office = self.client(self.county)

    def client(self, unit: Unit, role: str = Role.COUNTY_OFFICE) -> Client:
        client = Client()
        client.force_login(make_member(unit, role))
        return client

    def merger(self, **fields: Any) -> dict[str, Any]:
        """What the form of a merger sends."""
        typed = {"sources": [self.first.code], "target": self.second.code, "name": "", "document": DOCUMENT}
        return {**typed, "effective_on": DAY.isoformat(), **fields}


@pytest.fixture
def place() -> County:
    return County()


MERGE = "/changes/new/merge/"


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def post(client: Client, url: str, fields: dict[str, Any]) -> str:
    response = client.post(url, fields)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_wizard_offers_the_verbs_and_leads_to_their_forms(place: County) -> None:
    page = place.office.get("/changes/new/").content.decode()
    assert f"/changes/new/merge/?under={place.county.code}" in page
    assert "change_kind" not in page
    page = place.office.get(f"/changes/new/?under={place.first.code}").content.decode()
    assert "change_kind" in page
    page = place.office.get(f"/changes/new/?unit={place.village.code}").content.decode()
    url = f"/changes/new/rename/?under={place.first.code}&amp;unit={place.village.code}"
    assert url in page
    form = place.office.get(url.replace("&amp;", "&")).content.decode()
    assert f'<option value="{place.village.code}" selected' in form


def test_a_merger_is_previewed_then_confirmed(place: County) -> None:
    for _ in range(3):
        make_activity(place.village)
    before = tree_now()
    page = post(place.office, MERGE, place.merger())
    for words in ("东溪镇并入元坝镇", "大营村", "罗秀琼", "3 场", "已撤销，归元坝镇", "还没有改动"):
        assert words in page
    assert tree_now() == before
    assert not Restructuring.objects.exists()
    response = place.office.post(MERGE, place.merger(seen=seen_in(page)))
    row = Restructuring.objects.get()
    assert response.headers["Location"] == f"/changes/{row.pk}/"
    assert Unit.objects.get(pk=place.first.pk).successor == place.second
    detail = place.office.get(response.headers["Location"]).content.decode()
    for words in ("已生效", DOCUMENT, "罗秀琼", "现在和当时的数据", f"{DAY - datetime.timedelta(days=1):%Y-%m-%d}"):
        assert words in detail


def test_the_page_of_a_change_tells_both_totals(place: County) -> None:
    for unit in (place.village, place.first, place.second):
        make_activity(unit, held_on=DAY)
    row = order_change(change=Change(verb=ChangeVerb.MERGE, units=(place.first,), target=place.second), order=order(30))
    response: Any = place.office.get(f"/changes/{row.pk}/")
    [part] = response.context["others"]
    lines = {line.name: line.figures[0] for line in part["context"]["lines"]}
    # Each record once in every column but that of the total: what 东溪镇 recorded itself is now in 元坝镇 alone.
    assert lines == {"苍溪县": (3, 3), "元坝镇": (3, 1), "东溪镇": (None, 2)}
    assert '<span class="quiet">已并入元坝镇</span>' in response.content.decode()
    take_back(restructuring=row, order=order(10))
    response = place.office.get(f"/changes/{row.pk}/")
    [part] = response.context["others"]
    lines = {line.name: line.figures[0] for line in part["context"]["lines"]}
    assert lines == {"苍溪县": (3, 3), "元坝镇": (1, 1), "东溪镇": (2, 2)}


def test_both_totals_of_a_founded_and_of_a_dissolved_unit(place: County) -> None:
    other = make_unit(place.first, name="小营村村民委员会")
    for unit in (place.village, other):
        make_activity(unit, held_on=DAY)
    merger = Change(verb=ChangeVerb.MERGE, units=(place.village, other), name="营盘村村民委员会")
    merged = order_change(change=merger, order=order(20))
    founded = Unit.objects.get(name="营盘村村民委员会")
    dissolved = order_change(change=Change(verb=ChangeVerb.DISSOLVE, units=(founded,)), order=order(10))
    told = []
    for row in (merged, dissolved):
        response: Any = place.office.get(f"/changes/{row.pk}/")
        [part] = response.context["others"]
        told.append({line.name: (line.note, line.figures[0]) for line in part["context"]["lines"]})
    gone = "已并入营盘村，现在计入东溪镇"
    assert told[0] == {
        "东溪镇": ("", (2, 2)),
        "营盘村": ("已撤销，现在计入东溪镇", (None, None)),
        "大营村": (gone, (None, 1)),
        "小营村": (gone, (None, 1)),
    }
    assert told[1] == {"东溪镇": ("", (2, 2)), "营盘村": ("已撤销，现在计入东溪镇", (None, 2))}


def test_what_changed_between_preview_and_confirmation_is_shown_again(place: County) -> None:
    page = post(place.office, MERGE, place.merger())
    make_unit(place.first, name="小营村村民委员会")
    again = post(place.office, MERGE, place.merger(seen=seen_in(page)))
    assert "预览以后情况有变" in again
    assert "小营村" in again
    assert not Restructuring.objects.exists()
    assert place.office.post(MERGE, place.merger(seen=seen_in(again))).status_code == 302


def test_a_forged_preview_confirms_nothing(place: County) -> None:
    assert "预览以后情况有变" in post(place.office, MERGE, place.merger(seen="0" * 64))
    assert not Restructuring.objects.exists()


def test_going_back_from_the_preview_keeps_the_entry(place: County) -> None:
    page = post(place.office, MERGE, place.merger(seen="x", edit="1"))
    assert DOCUMENT in page
    assert "看预览" in page
    assert re.search(rf'value="{place.first.code}"[^>]*checked', page)


def test_refusals_stand_at_their_fields_and_the_entry_stays(place: County) -> None:
    page = post(place.office, MERGE, place.merger(document="", effective_on="1999-01-01", sources=[]))
    for words in ("请填写文号", "请选择合并哪些单位"):
        assert words in page
    page = post(place.office, MERGE, place.merger(effective_on="1999-01-01"))
    assert "1999 年的数据已经定下" in page
    assert 'aria-invalid="true"' in page
    assert "不能并入自己" in post(place.office, MERGE, place.merger(target=place.first.code))
    assert "名称请留空" in post(place.office, MERGE, place.merger(name="新设镇"))


def test_the_unit_that_takes_over_may_be_ticked_too(place: County) -> None:
    """Both ticked and merged into 元坝镇: only 东溪镇 is closed, and the preview says so."""
    fields = place.merger(sources=[place.first.code, place.second.code])
    page = post(place.office, MERGE, fields)
    for words in ("东溪镇并入元坝镇", "元坝镇是承接单位，保留，不在撤销之列。"):
        assert words in page
    assert place.office.post(MERGE, {**fields, "seen": seen_in(page)}).status_code == 302
    closed = Unit.objects.exclude(closed_on=None)
    assert [(unit.name, unit.successor) for unit in closed] == [("东溪镇", place.second)]


def test_a_new_unit_by_the_name_of_a_closing_one_is_asked_about(place: County) -> None:
    fields = place.merger(sources=[place.first.code, place.second.code], target="", name="元坝镇")
    assert "元坝镇也会撤销，另设一个同名单位" in post(place.office, MERGE, fields)
    assert "同名单位" not in post(place.office, MERGE, {**fields, "name": "新元镇"})


def test_two_villages_merge_into_a_new_community(place: County) -> None:
    other = make_unit(place.first, name="小营村村民委员会")
    fields = place.merger(
        sources=[place.village.code, other.code], target="", name="营盘社区居民委员会", kind=UnitKind.COMMUNITY
    )
    url = f"{MERGE}?under={place.first.code}"
    page = post(place.office, url, fields)
    assert "大营村、小营村合并设立营盘社区" in page
    assert place.office.post(url, {**fields, "seen": seen_in(page)}).status_code == 302
    assert Unit.objects.get(name="营盘社区居民委员会").kind == UnitKind.COMMUNITY


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        (ChangeVerb.RENAME, {"name": "大营盘村村民委员会"}),
        (ChangeVerb.CHANGE_KIND, {"name": "大营社区居民委员会", "kind": "community"}),
        (ChangeVerb.MOVE, {"target": "510824112"}),
        (ChangeVerb.DISSOLVE, {"target": ""}),
    ],
)
def test_every_other_verb_goes_the_same_way(place: County, verb: str, fields: dict[str, str]) -> None:
    url = f"/changes/new/{verb}/?unit={place.village.code}"
    fields = {"unit": place.village.code, "document": DOCUMENT, "effective_on": DAY.isoformat(), **fields}
    page = post(place.office, url, fields)
    assert place.office.post(url, {**fields, "seen": seen_in(page)}).status_code == 302
    row = Restructuring.objects.get()
    assert (row.verb, row.state) == (verb, ChangeState.DONE)
    assert row.by is not None


def test_a_day_ahead_is_planned_and_can_be_cancelled(place: County) -> None:
    fields = place.merger(effective_on=days_ago(-5).isoformat())
    page = post(place.office, MERGE, fields)
    assert "确认登记" in page
    place.office.post(MERGE, {**fields, "seen": seen_in(page)})
    row = Restructuring.objects.get()
    assert row.state == ChangeState.PLANNED
    assert "待生效" in place.office.get("/changes/").content.decode()
    cancel = f"/changes/{row.pk}/cancel/"
    assert cancel in place.office.get(f"/changes/{row.pk}/").content.decode()
    assert "请填写" in post(place.office, cancel, {"reason": ""})
    assert place.office.post(cancel, {"reason": "文件撤回"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == (ChangeState.CANCELLED, "文件撤回")
    assert place.office.get(cancel).status_code == 302


def test_a_change_is_taken_back_with_a_preview(place: County) -> None:
    before = tree_now()
    row = order_change(change=Change(verb=ChangeVerb.MERGE, units=(place.first,), target=place.second), order=order(30))
    url = f"/changes/{row.pk}/take-back/"
    assert url in place.office.get(f"/changes/{row.pk}/").content.decode()
    fields = {"why": "decided", "effective_on": days_ago(1).isoformat(), "document": "苍府发〔2025〕12号"}
    fields["reason"] = "批复有误"
    page = post(place.office, url, fields)
    assert "撤回：东溪镇并入元坝镇" in page
    assert tree_now() != before
    assert place.office.post(url, {**fields, "seen": seen_in(page)}).status_code == 302
    assert tree_now() == before
    assert "已撤回" in place.office.get(f"/changes/{row.pk}/").content.decode()
    assert place.office.get(url).status_code == 302


def test_the_list_narrows_and_keeps_its_query_count(
    place: County, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    units = [make_unit(place.county, name=f"第{number}乡") for number in range(3)]
    for unit in units[:1]:
        order_change(change=Change(verb=ChangeVerb.RENAME, units=(unit,), name=f"新{unit.name}"), order=order(9))
    place.office.get("/changes/")
    with django_assert_max_num_queries(15) as first:
        place.office.get("/changes/")
    for unit in units[1:]:
        order_change(change=Change(verb=ChangeVerb.RENAME, units=(unit,), name=f"新{unit.name}"), order=order(-9))
    with django_assert_max_num_queries(15) as then:
        page = place.office.get("/changes/").content.decode()
    assert len(first) == len(then)
    assert page.count("更名为") == 3
    assert place.office.get("/changes/?state=done").content.decode().count("更名为") == 1
    assert place.office.get("/changes/?state=nonsense").content.decode().count("更名为") == 0


def test_a_typing_error_is_taken_back_without_a_document(place: County) -> None:
    merger = Change(verb=ChangeVerb.MERGE, units=(place.first,), target=place.second)
    before = tree_now()
    row = order_change(change=merger, order=order(30))
    url = f"/changes/{row.pk}/take-back/"
    assert f"从 {DAY:%Y-%m-%d} 起当作没有办过，文号记原来的 {DOCUMENT}" in place.office.get(url).content.decode()
    assert "请填写" in post(place.office, url, {"why": "decided"})
    page = post(place.office, url, {"why": "mistyped"})
    assert f"{DAY:%Y-%m-%d} 起 · {DOCUMENT}" in page
    assert place.office.post(url, {"why": "mistyped", "seen": seen_in(page)}).status_code == 302
    assert tree_now() == before
    counter = Restructuring.objects.get(takes_back=row)
    assert (counter.effective_on, counter.document, counter.reason) == (DAY, DOCUMENT, "录入有误")


def test_after_a_week_a_change_is_taken_back_by_document_alone(place: County) -> None:
    row = order_change(change=Change(verb=ChangeVerb.MERGE, units=(place.first,), target=place.second), order=order(30))
    Restructuring.objects.filter(pk=row.pk).update(applied_at=timezone.now() - datetime.timedelta(days=8))
    url = f"/changes/{row.pk}/take-back/"
    assert "录入有误" not in place.office.get(url).content.decode()
    page = post(place.office, url, {"why": "mistyped", "effective_on": days_ago(0).isoformat(), "reason": "看错了"})
    assert "请填写文号" in page


def test_units_of_other_branches_are_neither_offered_nor_taken(place: County) -> None:
    outside = make_unit(place.second, name="外乡村村民委员会")
    own = place.client(place.first)
    url = f"/changes/new/rename/?under={place.first.code}"
    assert "外乡村" not in own.get(url).content.decode()
    fields = {"name": "改名村", "document": DOCUMENT, "effective_on": DAY.isoformat()}
    assert "seen" not in post(own, url, {**fields, "unit": outside.code})
    for query in (f"under={place.second.code}", f"unit={outside.code}", f"under={place.county.code}", "under=nowhere"):
        assert own.get(f"/changes/new/rename/?{query}").status_code == 404
    move = post(own, "/changes/new/move/", {**fields, "unit": place.village.code, "target": place.second.code})
    assert "seen" not in move


def test_a_stranger_gets_404_a_reader_403_and_a_wrong_method_405(place: County) -> None:
    row = order_change(change=Change(verb=ChangeVerb.MERGE, units=(place.first,), target=place.second), order=order(30))
    stranger, reader = place.client(place.second), place.client(place.county, Role.REVIEWER)
    for name in ("change_detail", "change_take_back", "change_cancel"):
        url = reverse(f"orgs:{name}", args=[row.pk])
        assert stranger.get(url).status_code == 404
        assert reader.get(url).status_code == 403
    for url in ("/changes/", "/changes/new/", f"/changes/{row.pk}/"):
        assert place.office.post(url).status_code == 405
    assert place.office.put(MERGE).status_code == 405
    assert place.office.get("/changes/new/take_back/").status_code == 404
    colleague = place.client(place.county)
    assert colleague.get(f"/changes/{row.pk}/take-back/").status_code == 200


def test_the_pages_of_unit_and_network_lead_here_for_the_office_alone(place: County) -> None:
    reader = place.client(place.county, Role.REVIEWER)
    for url, link in (
        (f"/units/{place.village.code}/", f"/changes/new/?unit={place.village.code}"),
        ("/units/", "/changes/"),
    ):
        assert link in place.office.get(url).content.decode()
        assert link not in reader.get(url).content.decode()


def test_the_history_of_a_unit_tells_its_closing_and_what_held_on_no_day(place: County) -> None:
    grant(place.secretary, place.second, Role.SECRETARY)
    merger = Change(verb=ChangeVerb.MERGE, units=(place.first,), target=place.second)
    row = order_change(change=merger, order=order(0))
    page = place.office.get(f"/units/{place.first.code}/").content.decode()
    assert "已撤销，归元坝镇" in page
    assert "区划调整" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.DOTALL)
    url = f"/changes/{row.pk}/take-back/"
    fields = {"why": "decided", "effective_on": days_ago(0).isoformat(), "document": "苍府发〔2025〕12号"}
    fields["reason"] = "批复有误"
    place.office.post(url, {**fields, "seen": seen_in(post(place.office, url, fields))})
    assert "当日撤回" in place.office.get(f"/units/{place.first.code}/").content.decode()
