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
    document: str = "",
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
        check_place(parent, kind)
        unit = Unit(parent=parent, name=name.strip(), kind=kind, code=code or _next_code(parent, kind))
        if Unit.objects.filter(code=unit.code).exists():
            raise ValidationError(f"代码 {unit.code} 已经用过。", code="code_taken")
        unit.derive()
        unit.clean_fields(exclude=["parent", "lft", "rght", "tree_id", "level"])
        _insert(unit, parent)
        UnitPlacement.objects.create(
            unit=unit,
            parent=parent,
            name=unit.name,
            kind=kind,
            starts_on=starts_on or timezone.localdate(),
            document=document,
            by=by,
        )
    return unit


def check_place(parent: Unit | None, kind: str) -> None:
    """Raises: ValidationError where a unit of this kind cannot stand under this parent (None: a root)."""
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
