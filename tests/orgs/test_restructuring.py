"""Rename, change of kind, transfer, merger, dissolution: by document, from a day, and what they leave behind."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from guanai.pinyin import pinyin_key
from orgs.enums import ChangeState, ChangeVerb, PartOfChange, Role, UnitKind
from orgs.history import placements_on
from orgs.models import Membership, Restructuring, Unit, UnitPlacement
from orgs.rules import is_year_open
from orgs.scope import allows
from orgs.services import (
    Change,
    Founding,
    change_kind,
    create_unit,
    dissolve_unit,
    grant_role,
    merge_units,
    order_change,
    preview_change,
    record_committee,
    rename_unit,
)
from orgs.tree import broken_nodes
from tests.factories import codes_of, grant, make_activity, make_county, make_member, make_unit, make_user
from tests.orgs.restructuring import DOCUMENT, days_ago, order, tree_now

pytestmark = pytest.mark.django_db
DAY = days_ago(100)


def merge(sources: list[Unit], target: Unit, day: datetime.date = DAY) -> Unit:
    return merge_units(sources=sources, target=target, effective_on=day, document=DOCUMENT, by=None)


def dissolve(unit: Unit, successor: Unit | None = None, day: datetime.date = DAY) -> Unit:
    return dissolve_unit(unit=unit, successor=successor, effective_on=day, document=DOCUMENT, by=None)


def again(unit: Unit) -> Unit:
    return Unit.objects.get(pk=unit.pk)


def test_a_new_name_leaves_the_old_one_in_the_history() -> None:
    township, user = make_unit(make_county(), name="歧坪乡"), make_user()
    rename_unit(unit=township, name="歧坪镇", effective_on=DAY, document=DOCUMENT, by=user)
    unit = again(township)
    assert (unit.name, unit.name_key) == ("歧坪镇", pinyin_key("歧坪镇"))
    then, now = unit.placements.order_by("starts_on")
    assert (then.name, then.ends_on) == ("歧坪乡", DAY - datetime.timedelta(days=1))
    assert (now.name, now.starts_on, now.ends_on, now.document, now.by) == ("歧坪镇", DAY, None, DOCUMENT, user)
    row = Restructuring.objects.get()
    assert (row.verb, row.state, row.headline) == (ChangeVerb.RENAME, ChangeState.DONE, "歧坪乡更名为歧坪镇")


def test_a_village_becomes_a_community_with_its_name_by_one_document() -> None:
    village = make_unit(make_unit(make_county()), name="金穗村村民委员会")
    name = "金穗社区居民委员会"
    change_kind(unit=village, kind=UnitKind.COMMUNITY, name=name, effective_on=DAY, document=DOCUMENT, by=None)
    unit = again(village)
    assert (unit.kind, unit.name, unit.code) == (UnitKind.COMMUNITY, name, village.code)
    assert [p.kind for p in unit.placements.order_by("starts_on")] == [UnitKind.VILLAGE, UnitKind.COMMUNITY]
    change_kind(unit=unit, kind=UnitKind.VILLAGE, effective_on=days_ago(50), document=DOCUMENT, by=None)
    assert (again(unit).kind, again(unit).name) == (UnitKind.VILLAGE, name)
    assert broken_nodes() == []


def test_only_villages_and_communities_change_into_each_other() -> None:
    township = make_unit(make_county())
    for unit, kind in ((township, UnitKind.COMMUNITY), (make_unit(township), UnitKind.SCHOOL)):
        with pytest.raises(ValidationError) as refused:
            change_kind(unit=unit, kind=kind, effective_on=DAY, document=DOCUMENT, by=None)
        assert codes_of(refused.value) == {"wrong_kind"}


def test_merged_townships_stand_as_closed_leaves_and_their_villages_directly_under_the_successor() -> None:
    county = make_county()
    first, second, third = (make_unit(county) for _ in range(3))
    villages = [make_unit(township) for township in (first, first, second, third)]
    gone = make_unit(first, closed_on=datetime.date(2020, 1, 1))
    target = merge([first, second], third)
    for source in (first, second):
        closed = again(source)
        assert (closed.parent, closed.successor, closed.closed_on) == (third, third, DAY)
        assert closed.is_leaf_node()
    assert {again(unit).parent_id for unit in (*villages, gone)} == {third.pk}
    assert Unit.objects.in_branch(target).count() == 3 + len(villages) + 1
    assert broken_nodes() == []
    parts = Restructuring.objects.get().parts.values_list("part", flat=True)
    assert sorted(parts) == sorted(
        [PartOfChange.TARGET, *[PartOfChange.SUBJECT] * 2, *[PartOfChange.CHILD] * (len(villages))]
    )


def test_two_townships_merge_into_a_new_one() -> None:
    county = make_county()
    first, second = make_unit(county, name="东溪镇"), make_unit(county, name="桥溪乡")
    village = make_unit(first)
    change = Change(verb=ChangeVerb.MERGE, units=(first, second), name="东桥镇")
    row = order_change(change=change, order=order(100))
    assert row.headline == "东溪镇、桥溪乡合并设立东桥镇"
    new = Unit.objects.get(name="东桥镇")
    assert (new.parent, new.kind, again(village).parent, again(second).successor) == (county, first.kind, new, new)
    placement = new.placements.get()
    assert (placement.starts_on, placement.document) == (DAY, DOCUMENT)
    assert broken_nodes() == []


def test_a_dissolved_unit_without_successor_stays_in_its_place_and_ends_its_roles() -> None:
    township = make_unit(make_county())
    village = make_unit(township)
    clerk = make_member(village, Role.CLERK)
    dissolve(village)
    unit = again(village)
    assert (unit.parent, unit.successor, unit.closed_on) == (township, None, DAY)
    assert unit.placements.get(ends_on=None).is_closed
    assert not allows(clerk, "record_activities", unit)
    assert Membership.objects.get(user=clerk).ends_on == days_ago(1)


def test_a_dissolved_enterprise_goes_under_the_township_that_takes_over() -> None:
    county = make_county()
    township, department = make_unit(county), make_unit(county, UnitKind.DEPARTMENT)
    enterprise = make_unit(department, UnitKind.ENTERPRISE)
    dissolve(enterprise, township)
    assert (again(enterprise).parent, again(enterprise).successor) == (township, township)
    assert broken_nodes() == []


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    county, elsewhere = make_county(), make_county(code="510821", name="旺苍县")
    first, second = make_unit(county), make_unit(county)
    village, late = make_unit(first), make_unit(first, starts_on=days_ago(50))
    department = make_unit(county, UnitKind.DEPARTMENT)
    closed = make_unit(county, closed_on=datetime.date(2020, 1, 1))
    stranger = make_unit(elsewhere)
    Merge, Dissolve = ChangeVerb.MERGE, ChangeVerb.DISSOLVE  # noqa: N806 - they read as the verbs of the table
    refusals = [
        (Change(verb=Merge, units=(), target=first), "no_sources"),
        (Change(verb=Merge, units=(first, first), target=first), "loop"),
        (Change(verb=Merge, units=(village,), target=first), "wrong_kind"),
        (Change(verb=Merge, units=(department,), target=first), "wrong_kind"),
        (Change(verb=Merge, units=(county,), target=first), "wrong_kind"),
        (Change(verb=Merge, units=(first,), target=closed), "closed"),
        (Change(verb=Merge, units=(closed,), target=first), "closed"),
        (Change(verb=Merge, units=(first,), target=stranger), "other_county"),
        (Change(verb=Merge, units=(first,), name="新镇"), "one_source"),
        (Change(verb=Merge, units=(first, second), name=""), "no_name"),
        (Change(verb=Merge, units=(village, make_unit(second)), name="新村"), "other_parent"),
        # `late` came under `first` after the day, and before the day `first` could not have left it behind.
        (Change(verb=Merge, units=(first,), target=second), "before_placement"),
        (Change(verb=Merge, units=(village,), target=late), "before_placement"),
        (Change(verb=Dissolve, units=(county,)), "wrong_kind"),
        (Change(verb=Dissolve, units=(first,)), "open_children"),
        (Change(verb=Dissolve, units=(first,), target=county), "wrong_parent"),
        (Change(verb=Dissolve, units=(first,), target=village), "loop"),
        (Change(verb=ChangeVerb.RENAME, units=(first,), name=first.name), "same_name"),
        (Change(verb=ChangeVerb.RENAME, units=(first,), name="长" * 61), "long_name"),
        (Change(verb=ChangeVerb.RENAME, units=(closed,), name="新名"), "closed"),
        (Change(verb=ChangeVerb.CHANGE_KIND, units=(village,), name="新村", kind=UnitKind.VILLAGE), "same_kind"),
        (Change(verb=ChangeVerb.MOVE, units=(village,)), "no_target"),
    ]
    before = tree_now(), UnitPlacement.objects.count()
    for change, code in refusals:
        for attempt in (order_change, preview_change):
            with pytest.raises(ValidationError) as refused:
                attempt(change=change, order=order(100))
            assert codes_of(refused.value) == {code}, change
    assert (tree_now(), UnitPlacement.objects.count()) == before
    assert not Restructuring.objects.exists()


def test_a_document_and_a_day_in_an_open_year_are_needed() -> None:
    township = make_unit(make_county())
    change = Change(verb=ChangeVerb.RENAME, units=(township,), name="新名镇")
    bad = [
        (order(100, document=" "), "no_document"),
        (order(100, document="长" * 61), "long_document"),
        (order(effective_on=datetime.date(days_ago(0).year - 2, 12, 31)), "closed_year"),
    ]
    for wrong, code in bad:
        with pytest.raises(ValidationError) as refused:
            order_change(change=change, order=wrong)
        assert codes_of(refused.value) == {code}
    order_change(change=change, order=order(effective_on=datetime.date(days_ago(0).year - 1, 1, 1)))
    assert again(township).name == "新名镇"


def test_the_running_and_the_previous_year_are_open() -> None:
    county, today = make_county(), datetime.date(2026, 3, 1)
    assert [is_year_open(year, county, today) for year in (2024, 2025, 2026, 2027)] == [False, True, True, False]


def test_one_unit_is_not_changed_twice_on_one_day() -> None:
    township = make_unit(make_county())
    rename_unit(unit=township, name="新名镇", effective_on=DAY, document=DOCUMENT, by=None)
    with pytest.raises(ValidationError) as refused:
        rename_unit(unit=township, name="旧名镇", effective_on=DAY, document=DOCUMENT, by=None)
    assert codes_of(refused.value) == {"before_placement"}


def test_roles_move_to_the_successor_from_today() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    village = make_unit(source)
    secretary = make_user()
    until = days_ago(-30)
    old = grant(secretary, source, Role.SECRETARY, ends_on=until)
    past = grant(make_user(), source, Role.SECRETARY, ends_on=days_ago(10))
    merge([source], target)
    old.refresh_from_db()
    new = Membership.objects.get(user=secretary, unit=target)
    assert (old.ends_on, new.starts_on, new.ends_on, new.role) == (days_ago(1), days_ago(0), until, Role.SECRETARY)
    assert allows(secretary, "view_roster", again(village))
    assert allows(secretary, "view_roster", again(source))
    assert list(past.user.memberships.all()) == [past]


def test_who_works_for_both_units_keeps_one_role() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    secretary = make_member(source, Role.SECRETARY)
    grant(secretary, target, Role.SECRETARY)
    merge([source], target)
    running = Membership.objects.filter(user=secretary, ends_on=None)
    assert [role.unit for role in running] == [target]


def test_nobody_gains_by_a_merger_the_pair_that_must_be_two_people() -> None:
    county = make_county()
    first, second, target = (make_unit(county) for _ in range(3))
    person = make_member(first, Role.FUND_MANAGER)
    grant(person, second, Role.FUND_APPROVER)
    change = Change(verb=ChangeVerb.MERGE, units=(first, second), target=target)
    preview = preview_change(change=change, order=order(100))
    assert [(move.role, bool(move.to)) for move in preview.accounts] == [("基金经办", True), ("基金审批", False)]
    assert any(person.name in warning for warning in preview.warnings)
    merge([first, second], target)
    running = Membership.objects.filter(user=person, ends_on=None)
    assert [(role.unit, role.role) for role in running] == [(target, Role.FUND_MANAGER)]


def test_a_tree_in_which_one_person_would_handle_and_approve_is_refused() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    village = make_unit(source)
    person = make_member(village, Role.FUND_MANAGER)
    grant(person, target, Role.FUND_APPROVER)
    before = tree_now()
    with pytest.raises(ValidationError) as refused:
        merge([source], target)
    assert codes_of(refused.value) == {"incompatible"}
    assert person.name in refused.value.messages[0]
    assert tree_now() == before


def test_nothing_new_is_given_to_a_closed_unit() -> None:
    village = make_unit(make_unit(make_county()))
    dissolve(village)
    for attempt in (
        lambda: grant_role(user=make_user(), unit=village, role=Role.CLERK),
        lambda: record_committee(
            unit=village, founding=Founding(established_on=DAY, document="苍委〔2025〕1号"), by=None
        ),
        lambda: create_unit(parent=village, name="小组", kind=UnitKind.VILLAGE),
    ):
        with pytest.raises(ValidationError), transaction.atomic():
            attempt()


def test_a_preview_tells_everything_and_writes_nothing() -> None:
    county = make_county()
    source = make_unit(county, name="东溪镇", committee_established_on=datetime.date(2000, 1, 1))
    target = make_unit(county, name="元坝镇")
    village = make_unit(source, name="大营村村民委员会")
    make_unit(target, name="大营村村民委员会")
    secretary = make_member(source, Role.SECRETARY, name="罗秀琼")
    for _ in range(2):
        make_activity(village)
    before = tree_now(), UnitPlacement.objects.count(), Membership.objects.count()
    change = Change(verb=ChangeVerb.MERGE, units=(source,), target=target)
    preview = preview_change(change=change, order=order(100))
    assert (tree_now(), UnitPlacement.objects.count(), Membership.objects.count()) == before
    assert not Restructuring.objects.exists()
    assert preview.headline == "东溪镇并入元坝镇"
    assert [(unit.name, unit.before, unit.after) for unit in preview.children] == [
        ("大营村", "东溪镇 · 大营村（村）", "元坝镇 · 大营村（村）")
    ]
    assert [(move.account, move.unit, move.to) for move in preview.accounts] == [(secretary.name, "东溪镇", "元坝镇")]
    assert ("历年活动", 2, "场") in [(kind.label, kind.count, kind.measure) for kind in preview.records]
    assert "元坝镇还没有成立关工委，需另行发文。" in preview.warnings
    assert "大营村在同一个上级下面有重名。" in preview.warnings
    # The same question gives the same answer; another tree gives another.
    assert preview_change(change=change, order=order(100)).fingerprint == preview.fingerprint
    make_unit(source, name="小营村村民委员会")
    assert preview_change(change=change, order=order(100)).fingerprint != preview.fingerprint


def test_the_tree_of_a_day_is_read_from_the_placements() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    village, young = make_unit(source), make_unit(target, starts_on=days_ago(20))
    merge([source], target)
    day_before = {row.unit_id: row for row in placements_on(county, DAY - datetime.timedelta(days=1))}
    on_the_day = {row.unit_id: row for row in placements_on(county, DAY)}
    assert (day_before[village.pk].parent, day_before[source.pk].is_closed) == (source, False)
    assert (on_the_day[village.pk].parent, on_the_day[source.pk].is_closed) == (target, True)
    assert (on_the_day[source.pk].parent, on_the_day[young.pk].parent) == (target, target)
    assert [row.unit_id for row in on_the_day.values() if not row.stood] == [young.pk]  # type: ignore[attr-defined]
