"""Changes whose day lies ahead: kept, carried out by beat, stuck with a reason, or cancelled."""

import pytest
from django.core.exceptions import ValidationError

from orgs.enums import ChangeState, ChangeVerb
from orgs.models import Restructuring, Unit
from orgs.services import (
    Change,
    apply_planned,
    cancel_planned,
    dissolve_unit,
    due_changes,
    merge_units,
    order_change,
    rename_unit,
)
from orgs.tasks import apply_due_changes
from orgs.tree import broken_nodes
from tests.factories import codes_of, make_county, make_unit, make_user
from tests.orgs.restructuring import DOCUMENT, days_ago, order, tree_now

pytestmark = pytest.mark.django_db
TOMORROW = days_ago(-1)


def test_a_merger_of_tomorrow_waits_for_its_day() -> None:
    county = make_county()
    source, target = make_unit(county), make_unit(county)
    village = make_unit(source)
    before = tree_now()
    merge_units(sources=[source], target=target, effective_on=TOMORROW, document=DOCUMENT, by=None)
    row = Restructuring.objects.get()
    assert (row.state, row.applied_at) == (ChangeState.PLANNED, None)
    assert tree_now() == before
    assert due_changes() == []
    apply_planned(pk=row.pk)
    assert tree_now() == before
    assert due_changes(TOMORROW) == [row.pk]
    applied = apply_planned(pk=row.pk, today=TOMORROW)
    assert applied.state == ChangeState.DONE
    assert applied.applied_at is not None
    assert Unit.objects.get(pk=source.pk).closed_on == TOMORROW
    assert Unit.objects.get(pk=village.pk).parent == target
    assert broken_nodes() == []
    after, parts = tree_now(), row.parts.count()
    # The message may come twice.
    apply_planned(pk=row.pk, today=TOMORROW)
    assert (tree_now(), row.parts.count(), due_changes(TOMORROW)) == (after, parts, [])


def test_beat_carries_out_what_is_due_and_leaves_the_rest() -> None:
    county = make_county()
    first, second = make_unit(county), make_unit(county)
    for unit, day in ((first, TOMORROW), (second, days_ago(-9))):
        rename_unit(unit=unit, name=f"新{unit.name}", effective_on=day, document=DOCUMENT, by=None)
    # The day comes.
    Restructuring.objects.filter(effective_on=TOMORROW).update(effective_on=days_ago(0))
    apply_due_changes()
    names = list(Unit.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk").values_list("name", flat=True))
    assert names == [f"新{first.name}", second.name]


def test_a_founding_merger_is_planned_whole() -> None:
    county = make_county()
    first, second = make_unit(county), make_unit(county)
    change = Change(verb=ChangeVerb.MERGE, units=(first, second), name="新设镇")
    row = order_change(change=change, order=order(-1))
    assert not Unit.objects.filter(name="新设镇").exists()
    apply_planned(pk=row.pk, today=TOMORROW)
    assert Unit.objects.get(pk=second.pk).successor == Unit.objects.get(name="新设镇")


def test_what_can_no_longer_be_done_stays_with_its_reason() -> None:
    county = make_county()
    source, target = make_unit(county, name="东溪镇"), make_unit(county, name="元坝镇")
    merge_units(sources=[source], target=target, effective_on=TOMORROW, document=DOCUMENT, by=None)
    dissolve_unit(unit=target, effective_on=days_ago(0), document=DOCUMENT, by=None)
    before = tree_now()
    row = Restructuring.objects.get(verb=ChangeVerb.MERGE)
    parts = set(row.parts.values_list("unit", "part"))
    stuck = apply_planned(pk=row.pk, today=TOMORROW)
    assert (stuck.state, stuck.problem) == (ChangeState.STUCK, "元坝镇已撤销，不能合并。")
    assert tree_now() == before
    assert set(row.parts.values_list("unit", "part")) == parts
    cancel_planned(restructuring=stuck, reason="另行发文", by=None)


def test_what_is_impossible_today_is_not_planned() -> None:
    county = make_county()
    township = make_unit(county)
    make_unit(township)
    with pytest.raises(ValidationError):
        dissolve_unit(unit=township, effective_on=TOMORROW, document=DOCUMENT, by=None)
    assert not Restructuring.objects.exists()


def test_a_planned_change_is_cancelled_once_and_never_applied() -> None:
    township, user = make_unit(make_county()), make_user()
    rename_unit(unit=township, name="新名镇", effective_on=TOMORROW, document=DOCUMENT, by=None)
    row = Restructuring.objects.get()
    with pytest.raises(ValidationError) as refused:
        cancel_planned(restructuring=row, reason=" ", by=user)
    assert codes_of(refused.value) == {"no_reason"}
    cancelled = cancel_planned(restructuring=row, reason="文件撤回", by=user)
    assert (cancelled.state, cancelled.reason, cancelled.cancelled_by) == (ChangeState.CANCELLED, "文件撤回", user)
    apply_planned(pk=row.pk, today=TOMORROW)
    assert Unit.objects.get(pk=township.pk).name == township.name
    with pytest.raises(ValidationError):
        cancel_planned(restructuring=row, reason="再取消", by=user)


def test_a_change_that_is_done_is_not_cancelled() -> None:
    township = make_unit(make_county())
    row = order_change(change=Change(verb=ChangeVerb.RENAME, units=(township,), name="新名镇"), order=order(5))
    with pytest.raises(ValidationError) as refused:
        cancel_planned(restructuring=row, reason="不要了", by=None)
    assert codes_of(refused.value) == {"state"}
