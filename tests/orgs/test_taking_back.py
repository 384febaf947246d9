"""The counter-operation: everything as it was before, by a document of its own, while nothing later stands on it."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from orgs.enums import ChangeState, ChangeVerb, Role, UnitKind
from orgs.history import placements_on
from orgs.models import Membership, Restructuring, Unit, UnitPlacement
from orgs.scope import allows
from orgs.services import Change, Order, order_change, preview_take_back, take_back
from orgs.tree import broken_nodes
from tests.factories import (
    codes_of,
    grant,
    make_activity,
    make_county,
    make_member,
    make_unit,
    make_user,
    make_volunteer,
)
from tests.orgs.restructuring import days_ago, order, tree_now

pytestmark = pytest.mark.django_db


def do(verb: str, *units: Unit, days: int = 100, **fields: object) -> Restructuring:
    return order_change(change=Change(verb=verb, units=units, **fields), order=order(days))  # type: ignore[arg-type]


def test_a_merger_taken_back_leaves_the_tree_as_it_was() -> None:
    county = make_county()
    first, second, target = (make_unit(county) for _ in range(3))
    for township in (first, first, second):
        make_unit(township)
    make_unit(first, closed_on=datetime.date(2020, 1, 1))
    UnitPlacement.objects.filter(unit__closed_on__isnull=False).update(is_closed=True)
    before, rows = tree_now(), UnitPlacement.objects.count()
    merger = do(ChangeVerb.MERGE, first, second, target=target)
    changed = tree_now()
    assert changed != before
    user = make_user()
    counter = take_back(restructuring=merger, order=order(40, by=user, reason="批复有误"))
    assert tree_now() == before
    assert broken_nodes() == []
    merger.refresh_from_db()
    assert (merger.state, merger.taken_back_by) == (ChangeState.TAKEN_BACK, counter)
    assert (counter.verb, counter.reason, counter.by) == (ChangeVerb.TAKE_BACK, "批复有误", user)
    # Nothing is deleted: two more placements for each of the six units that moved, and "as then" tells all three.
    assert UnitPlacement.objects.count() == rows + 2 * 6
    for days, tree in ((101, before), (41, changed), (40, before)):
        stood = {row.unit_id: row for row in placements_on(county, days_ago(days))}
        assert {pk: (row.parent_id, row.name, row.kind, row.is_closed) for pk, row in stood.items()} == tree


def test_every_other_verb_can_be_taken_back() -> None:
    county = make_county()
    first, second = make_unit(county), make_unit(county)
    village, alone = make_unit(first), make_unit(first)
    before = tree_now()
    changes = [
        do(ChangeVerb.RENAME, first, name="新名镇"),
        do(ChangeVerb.CHANGE_KIND, village, name="新社区", kind=UnitKind.COMMUNITY),
        do(ChangeVerb.DISSOLVE, alone),
    ]
    for change in changes:
        take_back(restructuring=change, order=order(50))
    moved = do(ChangeVerb.MOVE, village, target=second, days=30)
    take_back(restructuring=moved, order=order(20))
    assert tree_now() == before
    assert broken_nodes() == []


def test_a_change_is_taken_back_on_its_own_day() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    before = tree_now()
    take_back(restructuring=do(ChangeVerb.MERGE, source, target=target, days=0), order=order(0))
    assert tree_now() == before
    stood = {row.unit_id: row for row in placements_on(county, days_ago(0))}
    assert stood[source.pk].is_closed is False
    # The merger is history, though it held on no day.
    assert source.placements.filter(is_closed=True, starts_on=days_ago(0), ends_on=days_ago(1)).exists()


def test_a_typing_error_never_was_by_any_day_s_tree() -> None:
    county = make_county()
    first, second = make_unit(county), make_unit(county)
    make_unit(first)
    before = tree_now()
    merger = do(ChangeVerb.MERGE, first, second, name="新设镇", days=30)
    new = Unit.objects.get(name="新设镇")
    mistyped = Order(effective_on=days_ago(0), document="", by=None, reason="应为别的镇", mistyped=True)
    counter = take_back(restructuring=merger, order=mistyped)
    assert (counter.effective_on, counter.document) == (days_ago(30), merger.document)
    assert counter.reason == "录入有误：应为别的镇"
    for days in (31, 30, 29, 0):
        rows = placements_on(county, days_ago(days))
        stood = {row.unit_id: row for row in rows if row.stood and not (row.unit_id == new.pk and row.is_closed)}  # type: ignore[attr-defined]
        assert {pk: (row.parent_id, row.name, row.kind, row.is_closed) for pk, row in stood.items()} == before, days
    assert Unit.objects.get(pk=new.pk).closed_on == days_ago(30)


def test_a_typing_error_is_noticed_within_a_week() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    merger = do(ChangeVerb.MERGE, source, target=target, days=30)
    mistyped = Order(effective_on=days_ago(0), document="", by=None, mistyped=True)
    with pytest.raises(ValidationError) as refused:
        take_back(restructuring=merger, order=mistyped, today=days_ago(-8))
    assert codes_of(refused.value) == {"late"}
    counter = take_back(restructuring=merger, order=mistyped, today=days_ago(-7))
    assert counter.reason == "录入有误"


def test_changes_are_taken_back_one_after_the_other() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    village = make_unit(source)
    before = tree_now()
    merger = do(ChangeVerb.MERGE, source, target=target)
    renamed = do(ChangeVerb.RENAME, village, name="新名村", days=60)
    with pytest.raises(ValidationError) as refused:
        take_back(restructuring=merger, order=order(30))
    assert codes_of(refused.value) == {"later_change"}
    assert refused.value.messages == ["新名村后来又有调整，请先撤回后一项。"]
    take_back(restructuring=renamed, order=order(50))
    take_back(restructuring=merger, order=order(30))
    assert tree_now() == before


def founding(county: Unit) -> tuple[Restructuring, Unit]:
    """Two townships merged into a new one, a hundred days ago."""
    first, second = make_unit(county), make_unit(county)
    make_unit(first)
    merger = do(ChangeVerb.MERGE, first, second, name="新设镇")
    return merger, Unit.objects.get(name="新设镇")


def test_a_founded_unit_without_records_closes_again() -> None:
    county = make_county()
    merger, new = founding(county)
    secretary = make_member(new, Role.SECRETARY)
    required = Unit.objects.required().count()
    preview = preview_take_back(restructuring=merger, order=order(10))
    assert preview.warnings == ["新设的新设镇没有记录，随撤回一并撤销。"]
    assert ("新设镇", "苍溪县 · 新设镇（乡镇（街道））", "已撤销，归苍溪县") in [
        (unit.name, unit.before, unit.after) for unit in preview.named
    ]
    merger.refresh_from_db()
    assert merger.state == ChangeState.DONE
    take_back(restructuring=merger, order=order(10))
    new.refresh_from_db()
    assert (new.closed_on, new.successor, new.parent) == (days_ago(10), None, county)
    # The two townships are open again, and the one that was founded for them is not.
    assert Unit.objects.required().count() == required + 1
    assert not Membership.objects.filter(user=secretary, ends_on=None).exists()
    stood = {row.unit_id: row.is_closed for row in placements_on(county, days_ago(11)) if row.stood}  # type: ignore[attr-defined]
    assert stood[new.pk] is False
    assert broken_nodes() == []


def test_a_founded_unit_with_records_stays_and_the_preview_names_them() -> None:
    county = make_county()
    merger, new = founding(county)
    make_activity(new)
    make_volunteer(new)
    make_unit(new)
    Unit.objects.filter(pk=new.pk).update(committee_established_on=days_ago(90))
    preview = preview_take_back(restructuring=merger, order=order(10))
    words = "新设的新设镇已有下级单位、关工委、名册人员、历年活动，撤回后还在；不再需要的，请另办撤销。"
    assert preview.warnings == [words]
    take_back(restructuring=merger, order=order(10))
    new.refresh_from_db()
    assert new.closed_on is None
    assert broken_nodes() == []


def test_what_cannot_be_taken_back_is_refused_and_changes_nothing() -> None:
    county = make_county()
    first, second, third = (make_unit(county) for _ in range(3))
    village, twin = make_unit(first), make_unit(first)
    inner = do(ChangeVerb.MERGE, village, target=twin)
    outer = do(ChangeVerb.MERGE, first, target=second, days=80)
    last = do(ChangeVerb.MERGE, second, target=third, days=60)
    early = days_ago(90)
    refusals = [
        (inner, order(10), "closed_parent"),
        (outer, order(10), "closed"),
        (last, order(effective_on=days_ago(-1)), "future"),
        (last, order(effective_on=early), "before_change"),
        (last, order(10, document=""), "no_document"),
    ]
    before = tree_now()
    for change, wrong, code in refusals:
        with pytest.raises(ValidationError) as refused:
            take_back(restructuring=change, order=wrong)
        assert codes_of(refused.value) == {code}, change.headline
    assert tree_now() == before
    counter = take_back(restructuring=last, order=order(10))
    for change in (last, counter):
        with pytest.raises(ValidationError) as refused:
            take_back(restructuring=change, order=order(5))
        assert codes_of(refused.value) == {"state"}


def test_roles_come_back_unless_somebody_changed_them_since() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    keeps, leaves = make_member(source, Role.SECRETARY), make_member(source, Role.SECRETARY)
    until = days_ago(-60)
    limited = grant(make_user(), source, Role.CLERK, ends_on=until)
    at_both = make_member(source, Role.SECRETARY)
    grant(at_both, target, Role.SECRETARY)
    merger = do(ChangeVerb.MERGE, source, target=target)
    Membership.objects.filter(user=leaves, unit=target).update(ends_on=days_ago(0))
    take_back(restructuring=merger, order=order(0))
    source = Unit.objects.get(pk=source.pk)
    assert allows(keeps, "view_roster", source)
    assert not Membership.objects.filter(user=keeps, unit=target, ends_on=None).exists()
    assert not Membership.objects.filter(user=leaves, unit=source, ends_on=None).exists()
    assert Membership.objects.filter(user=limited.user, unit=source, ends_on=until).exists()
    running = Membership.objects.filter(user=at_both, ends_on=None).values_list("unit", flat=True)
    assert set(running) == {source.pk, target.pk}
