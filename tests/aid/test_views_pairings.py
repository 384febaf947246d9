import datetime
import io
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from aid.enums import HelperKind, VisitWay
from aid.models import Pairing, Visit
from orgs.enums import Role
from tests.aid.access import AS_IT_SHOULD, counts_at_two_sizes, statuses
from tests.aid.factories import World, signed_in
from tests.factories import (
    grant,
    make_child,
    make_member,
    make_pairing,
    make_unit,
    make_visit,
    make_volunteer,
)

TODAY = timezone.localdate()


def rows_of(world: World, path: str, **query: str) -> list[Any]:
    return list(signed_in(world.secretary).get(path, query).context["listing"].page)


@pytest.mark.parametrize("path", ["/pairings/", "/visits/"])
def test_the_lists_hold_the_branch_and_ask_the_same_number_of_queries(world: World, path: str) -> None:
    make_visit(make_pairing(make_child(world.elsewhere)))

    one, three = counts_at_two_sizes(
        world.secretary, path, lambda: make_visit(make_pairing(make_child(make_unit(world.township))))
    )

    assert one == three
    assert len(rows_of(world, path)) == 3


@pytest.mark.parametrize("path", ["/pairings/", "/visits/"])
def test_a_full_page_stays_small(world: World, path: str) -> None:
    for _ in range(51):
        make_visit(make_pairing(make_child(world.village)), next_on=TODAY)

    assert len(signed_in(world.colleague).get(path).content) <= 60 * 1024


def test_pairings_are_filtered(world: World) -> None:
    running = make_pairing(make_child(world.village))
    ended = make_pairing(make_child(world.township), ends_on=datetime.date(2025, 6, 1), end_reason="迁出")
    unit = make_pairing(make_child(world.village), kind=HelperKind.UNIT, helper_unit=world.township)

    assert rows_of(world, "/pairings/", state="ended") == [ended]
    assert set(rows_of(world, "/pairings/", state="running")) == {running, unit}
    assert rows_of(world, "/pairings/", kind=HelperKind.UNIT) == [unit]
    assert set(rows_of(world, "/pairings/", unit=world.village.code)) == {running, unit}
    assert rows_of(world, "/pairings/", number=ended.child.number) == [ended]


def test_visits_are_filtered_and_say_nothing_of_their_content(world: World) -> None:
    pairing = make_pairing(make_child(world.village))
    home = make_visit(pairing, held_on=datetime.date(2025, 6, 1), content="孩子说晚上怕黑")
    phone = make_visit(pairing, held_on=datetime.date(2025, 7, 1), way=VisitWay.PHONE)

    assert rows_of(world, "/visits/") == [phone, home]
    assert rows_of(world, "/visits/", month="2025-06") == [home]
    assert rows_of(world, "/visits/", way=VisitWay.PHONE) == [phone]
    assert rows_of(world, "/visits/", month="6月") == []
    assert "怕黑" not in signed_in(world.secretary).get("/visits/").content.decode()


def test_visits_that_fall_due_stand_on_top_and_in_the_menu(world: World) -> None:
    due = make_pairing(make_child(world.village))
    make_visit(due, held_on=TODAY - datetime.timedelta(days=40), next_on=TODAY - datetime.timedelta(days=3))
    make_visit(due, held_on=TODAY - datetime.timedelta(days=20), next_on=TODAY + datetime.timedelta(days=4))
    later = make_pairing(make_child(world.village))
    make_visit(later, next_on=TODAY + datetime.timedelta(days=8))
    ended = make_pairing(make_child(world.village), ends_on=TODAY - datetime.timedelta(days=1), end_reason="迁出")
    make_visit(ended, next_on=TODAY)
    make_visit(make_pairing(make_child(world.elsewhere)), next_on=TODAY)

    text = signed_in(world.secretary).get("/visits/").content.decode()

    assert "还有 4 天" in text
    assert reverse("aid:visit_create", args=[due.pk]) in text
    assert reverse("aid:visit_create", args=[later.pk]) not in text
    assert '<span class="count" aria-label="1 件待办">1</span>' in text


def test_who_does_not_record_visits_has_none_to_do(world: World) -> None:
    make_visit(make_pairing(make_child(world.village)), next_on=TODAY)

    text = signed_in(world.manager).get("/visits/").content.decode()

    assert "7 天内要走访" not in text
    assert "件待办" not in text


def test_who_may_pair(world: World) -> None:
    child, helper = make_child(world.village), make_volunteer(world.village)
    entry = {"kind": HelperKind.VETERAN, "volunteer": helper.pk, "starts_on": "2026-03-05", "plan": "每月走访一次"}

    answers = statuses(world, reverse("aid:pairing_create", args=[child.pk]), entry, by=world.colleague)

    assert answers == AS_IT_SHOULD
    assert Pairing.objects.get().volunteer == helper


def test_helpers_are_chosen_from_the_childs_own_township(world: World) -> None:
    child = make_child(world.village)
    near, far = make_volunteer(world.township, name="向桂英"), make_volunteer(world.elsewhere, name="侯天培")
    gone = make_volunteer(world.village, name="雍德碧", status="left", left_on=datetime.date(2025, 1, 1))
    url = reverse("aid:pairing_create", args=[child.pk])

    text = signed_in(world.secretary).get(url).content.decode()
    refused = signed_in(world.secretary).post(
        url, {"kind": HelperKind.VETERAN, "volunteer": far.pk, "starts_on": "2026-03-05"}
    )

    assert near.name in text
    assert far.name not in text
    assert gone.name not in text
    assert refused.context["form"].errors.keys() == {"volunteer"}


def test_a_missing_helper_is_said_at_its_field(world: World) -> None:
    child = make_child(world.village)
    url = reverse("aid:pairing_create", args=[child.pk])

    for kind, field in ((HelperKind.ACTING_PARENT, "volunteer"), (HelperKind.UNIT, "helper_unit")):
        page = signed_in(world.secretary).post(url, {"kind": kind, "starts_on": "2026-03-05", "plan": "每月一次"})
        assert page.context["form"].errors.keys() == {field}
        assert "每月一次" in page.content.decode()


def test_who_may_end_a_pairing(world: World) -> None:
    pairing = make_pairing(make_child(world.village))
    url = reverse("aid:pairing_end", args=[pairing.pk])

    answers = statuses(world, url, {"ends_on": "2026-06-01", "reason": "帮扶人迁出"}, by=world.colleague)

    assert answers == AS_IT_SHOULD
    pairing.refresh_from_db()
    assert pairing.end_reason == "帮扶人迁出"


def test_who_may_record_a_visit(world: World) -> None:
    pairing = make_pairing(make_child(world.village))
    url = reverse("aid:visit_create", args=[pairing.pk])
    entry = {"held_on": "2026-06-01", "way": VisitWay.HOME, "content": "辅导数学一个半小时", "next_on": "2026-07-01"}

    answers = statuses(world, url, entry, by=world.colleague)

    assert answers == AS_IT_SHOULD
    visit = Visit.objects.get()
    assert (visit.pairing, visit.content, visit.next_on) == (pairing, "辅导数学一个半小时", datetime.date(2026, 7, 1))


def test_a_visit_needs_its_content_and_a_day_that_has_come(world: World) -> None:
    pairing = make_pairing(make_child(world.village))
    url = reverse("aid:visit_create", args=[pairing.pk])
    entry = {"held_on": f"{TODAY + datetime.timedelta(days=1)}", "way": VisitWay.HOME, "content": "辅导作业"}

    early = signed_in(world.secretary).post(url, entry)
    empty = signed_in(world.secretary).post(url, {**entry, "held_on": f"{TODAY}", "content": ""})

    assert early.context["form"].errors == {"held_on": ["走访日期不能晚于今天。"]}
    assert "辅导作业" in early.content.decode()
    assert empty.context["form"].errors == {"content": ["请填写内容"]}
    assert not Visit.objects.exists()


def test_who_sees_no_roster_reads_of_a_helper_the_family_name(world: World) -> None:
    pairing = make_pairing(make_child(world.village), make_volunteer(world.village, name="杜承志"))
    make_visit(pairing, next_on=TODAY)
    paths = ("/pairings/", "/visits/", reverse("aid:child_detail", args=[pairing.child_id]))
    # A secretary of another township who handles the county's fund reads the rosters of their own township alone.
    both = make_member(world.elsewhere, Role.SECRETARY)
    grant(both, world.county, Role.FUND_MANAGER)
    for user, unit, named in (
        (world.secretary, world.township, True),
        (world.manager, world.county, False),
        (both, world.county, False),
    ):
        client = signed_in(user)
        pages = [client.get(path).content.decode() for path in paths]
        assert [("杜承志" in page, "杜*志" in page) for page in pages] == [(named, not named)] * 3
        figures = client.get(f"/figures/pairings/?unit={unit.code}&year={TODAY.year}")
        assert (figures.status_code, "杜承志" in figures.content.decode()) == (200, named)
        assert ("帮扶人要有看名册的职责才显示" in figures.content.decode()) == (not named)
        sheet = load_workbook(io.BytesIO(b"".join(client.get("/pairings/export/")))).active
        assert sheet is not None
        cells = [cell.value for row in sheet.iter_rows() for cell in row]
        assert ("杜承志" in cells, "杜*志" in cells) == (named, not named)
