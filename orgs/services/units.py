"""The verbs of the network. Only this package writes the tree."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from orgs.enums import CODE_LETTER, PARENT_KINDS, UnitKind
from orgs.models import Unit, UnitPlacement, User
from orgs.tree import lock_county, lock_roots

# 中国关心下一代工作委员会 was founded on this day: no placement in any network is older.
NETWORK_BEGAN = datetime.date(1990, 2, 25)


def create_unit(
    *,
    parent: Unit | None,
    name: str,
    kind: str,
    code: str = "",
    by: User | None = None,
    starts_on: datetime.date | None = None,
) -> Unit:
    """Add a unit under its parent, at its place by kind and code, with its first placement.

    Raises:
        ValidationError: the kind does not belong under this parent, the parent is closed, the code is taken, the name
            is missing or too long.
    """
    with transaction.atomic():
        if parent is None:
            lock_roots()
        else:
            parent = lock_county(parent)
        _check_place(parent, kind)
        unit = Unit(parent=parent, name=name.strip(), kind=kind, code=code or _next_code(parent, kind))
        if Unit.objects.filter(code=unit.code).exists():
            raise ValidationError(f"代码 {unit.code} 已经用过。", code="code_taken")
        unit.derive()
        unit.clean_fields(exclude=["parent", "lft", "rght", "tree_id", "level"])
        _insert(unit, parent)
        UnitPlacement.objects.create(
            unit=unit, parent=parent, name=unit.name, kind=kind, starts_on=starts_on or timezone.localdate(), by=by
        )
    return unit


def move_unit(*, unit: Unit, parent: Unit, effective_on: datetime.date, document: str, by: User | None) -> Unit:
    """Transfer an open unit, with all that hangs under it, to another parent of the same county.

    Raises:
        ValidationError: another county, a wrong kind of parent, a parent inside the unit's own branch, a closed unit,
            a day before the present placement began or in the future.
    """
    with transaction.atomic():
        unit = lock_county(unit)
        parent = Unit.objects.get(pk=parent.pk)
        if unit.tree_id != parent.tree_id:
            raise ValidationError("不能划转到别的县。", code="other_county")
        if unit.closed_on:
            raise ValidationError(f"{unit.name}已撤销，不能划转。", code="closed")
        if parent.is_descendant_of(unit, include_self=True):
            raise ValidationError("不能划转到自己的下级。", code="loop")
        _check_place(parent, unit.kind)
        _replace_placement(unit, parent=parent, effective_on=effective_on, document=document, by=by)
        target = _right_sibling(unit, parent)
        if target is None:
            unit.move_to(parent, "last-child")
        else:
            unit.move_to(target, "left")
        unit.save()
    return unit


def _check_place(parent: Unit | None, kind: str) -> None:
    allowed = PARENT_KINDS[kind]
    if (parent.kind if parent else None) not in (allowed or (None,)):
        place = parent.get_kind_display() if parent else "最上级"
        raise ValidationError(f"{UnitKind(kind).label}不能放在{place}下面。", code="wrong_parent")
    if parent is not None and parent.closed_on:
        raise ValidationError(f"{parent.name}已撤销，不能再设下级。", code="closed_parent")


def _next_code(parent: Unit | None, kind: str) -> str:
    """The parent's code, the kind's letter and the next free two-digit number, e.g. 510824D01."""
    if parent is None:
        raise ValidationError("县必须有统计用区划代码。", code="code_missing")
    stem = f"{parent.code}{CODE_LETTER[kind]}"
    codes = Unit.objects.filter(code__startswith=stem).values_list("code", flat=True)
    endings = {code.removeprefix(stem) for code in codes}
    last = max((int(ending) for ending in endings if ending.isdigit()), default=0)
    return f"{stem}{last + 1:02d}"


def _right_sibling(unit: Unit, parent: Unit) -> Unit | None:
    siblings = Unit.objects.filter(parent=parent).exclude(pk=unit.pk)
    return siblings.filter(position__gt=unit.position).order_by("position").first()


def _insert(unit: Unit, parent: Unit | None) -> None:
    target = _right_sibling(unit, parent) if parent else None
    if target is None:
        unit.insert_at(parent, "last-child", save=True)
    else:
        unit.insert_at(target, "left", save=True)


def _replace_placement(
    unit: Unit, *, parent: Unit | None, effective_on: datetime.date, document: str, by: User | None
) -> None:
    if effective_on > timezone.localdate():
        raise ValidationError("生效日期不能晚于今天。", code="future")
    current = UnitPlacement.objects.select_for_update().get(unit=unit, ends_on=None)
    if effective_on <= current.starts_on:
        raise ValidationError(f"生效日期应在 {current.starts_on:%Y-%m-%d} 之后。", code="before_placement")
    current.ends_on = effective_on - datetime.timedelta(days=1)
    current.save(update_fields=["ends_on"])
    UnitPlacement.objects.create(
        unit=unit, parent=parent, name=unit.name, kind=unit.kind, starts_on=effective_on, document=document, by=by
    )
