"""What somebody wants changed in the network, on which document, and the checks that come before any work."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError

from orgs.enums import INTERCHANGEABLE, MERGEABLE, ChangeVerb, UnitKind
from orgs.models import Unit, User
from orgs.rules import is_year_open
from orgs.tree import lock_county

DOCUMENT_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`units` are renamed, moved, merged or dissolved; `target` is the parent of a move, else the successor.

    `name` and `kind` are the new ones of a renamed unit; of a merge without a target, those of the unit that is founded
    for it, and `code` is its statistical code where the bureau has given one.
    """

    verb: str
    units: tuple[Unit, ...]
    target: Unit | None = None
    name: str = ""
    kind: str = ""
    code: str = ""

    @property
    def named(self) -> tuple[Unit, ...]:
        """Every unit that the change names."""
        return (*self.units, self.target) if self.target else self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """On which document, from which day, by whom. `reason` says why something is taken back.

    `mistyped` takes back what was only entered wrongly: its day and its document are those of the change itself.
    """

    effective_on: datetime.date
    document: str
    by: User | None
    reason: str = ""
    mistyped: bool = False


def refusal(field: str, words: str, code: str) -> ValidationError:
    """What is wrong, at the field of the form that it is about."""
    return ValidationError({field: ValidationError(words, code=code)})


def locked(change: Change) -> Change:
    """Take the county's lock and read every unit of a change anew.

    "A 和 B 合并，并入 B" closes A alone: the unit into which others are merged is taken out of what is merged.

    Raises ValidationError where no unit is named, or the units are not of one county.
    """
    if not change.units:
        raise refusal("sources", "请选择要合并的单位。", "no_sources")
    lock_county(change.units[0])
    # In the order named: it is that of the document.
    rows = Unit.objects.select_related("parent").in_bulk([unit.pk for unit in change.named])
    named = dict.fromkeys(change.units)
    if change.verb == ChangeVerb.MERGE and len(named) > 1:
        named.pop(change.target, None)  # type: ignore[arg-type]  # without a target nothing is taken out
    fresh = replace(
        change,
        units=tuple(rows[unit.pk] for unit in named),
        target=rows[change.target.pk] if change.target else None,
        name=change.name.strip(),
    )
    if len({unit.tree_id for unit in fresh.named}) > 1:
        raise ValidationError("不能划转到别的县。", code="other_county")
    return fresh


def check_order(order: Order, county: Unit, today: datetime.date) -> None:
    """Refuse an order without a document number, or from a day in a year that is closed."""
    if not order.document.strip():
        raise refusal("document", "请填写文号，如 苍府发〔2025〕8号。", "no_document")
    if len(order.document.strip()) > DOCUMENT_LENGTH:
        raise refusal("document", f"文号最多 {DOCUMENT_LENGTH} 个字。", "long_document")
    day = order.effective_on
    if day <= today and not is_year_open(day.year, county, today):
        words = f"{day.year} 年的数据已经定下，请填 {today.year - 1} 年以后的日期。"
        raise refusal("effective_on", words, "closed_year")


def check_change(change: Change) -> None:
    """Refuse what the tree cannot be: by the units themselves, whatever the day."""
    for unit in change.named:
        if unit.closed_on:
            words = f"{unit.short_name}已撤销，不能{_WORDS[change.verb]}。"
            raise ValidationError(words, code=_closed_code(change, unit))
    _CHECKS[change.verb](change)


_WORDS: dict[str, str] = {
    ChangeVerb.RENAME: "更名",
    ChangeVerb.CHANGE_KIND: "改类别",
    ChangeVerb.MOVE: "划转",
    ChangeVerb.MERGE: "合并",
    ChangeVerb.DISSOLVE: "撤销",
}


def _closed_code(change: Change, unit: Unit) -> str:
    return "closed_parent" if change.verb == ChangeVerb.MOVE and unit == change.target else "closed"


def _check_rename(change: Change) -> None:
    (unit,) = change.units
    if not change.name:
        raise refusal("name", "请填写新名称。", "no_name")
    if len(change.name) > Unit._meta.get_field("name").max_length:  # type: ignore[operator]  # it has one
        raise refusal("name", "名称最多 60 个字。", "long_name")
    if change.name == unit.name and change.kind in ("", unit.kind):
        raise refusal("name", f"现在就叫{unit.name}，请填写新名称。", "same_name")


def _check_kind(change: Change) -> None:
    (unit,) = change.units
    if unit.kind not in INTERCHANGEABLE or change.kind not in INTERCHANGEABLE:
        raise ValidationError("只有村可以改社区，社区可以改村。", code="wrong_kind")
    if unit.kind == change.kind:
        raise refusal("kind", f"{unit.short_name}现在就是{unit.get_kind_display()}。", "same_kind")
    _check_rename(change)


def _check_move(change: Change) -> None:
    (unit,), parent = change.units, change.target
    if parent is None:
        raise refusal("target", "请选择划转到哪个单位。", "no_target")
    if parent.is_descendant_of(unit, include_self=True):
        raise ValidationError("不能划转到自己的下级。", code="loop")


def _check_merge(change: Change) -> None:
    if change.target is not None and change.target in change.units:
        raise refusal("target", f"{change.target.short_name}不能并入自己。", "loop")
    kind = change.target.kind if change.target else change.kind or change.units[0].kind
    for unit in change.units:
        if kind not in MERGEABLE.get(unit.kind, ()):
            words = f"{unit.get_kind_display()}不能并入{UnitKind(kind).label}；要由它承接的，请选“撤销”。"
            raise ValidationError(words, code="wrong_kind")
    if change.target is None:
        _check_founding(change)


def _check_founding(change: Change) -> None:
    if len(change.units) == 1:
        raise refusal("sources", "合并设立新单位，至少选两个单位；只改名称的，请选“更名”。", "one_source")
    if not change.name:
        raise refusal("name", "请填写新设单位的名称。", "no_name")
    if len({unit.parent_id for unit in change.units}) > 1:
        raise ValidationError("合并设立新单位的，原单位要在同一个上级下面，请先划转。", code="other_parent")


def _check_dissolve(change: Change) -> None:
    (unit,) = change.units
    if unit.kind == UnitKind.COUNTY:
        raise ValidationError("县不能撤销。", code="wrong_kind")
    if change.target is None:
        if Unit.objects.open().filter(parent=unit).exists():
            words = f"{unit.short_name}还有下级单位，请选承接单位，或者先把它们划转。"
            raise refusal("target", words, "open_children")
    elif change.target.is_descendant_of(unit, include_self=True):
        raise refusal("target", "承接单位不能是它自己或它的下级。", "loop")


_CHECKS: dict[str, Callable[[Change], None]] = {
    ChangeVerb.RENAME: _check_rename,
    ChangeVerb.CHANGE_KIND: _check_kind,
    ChangeVerb.MOVE: _check_move,
    ChangeVerb.MERGE: _check_merge,
    ChangeVerb.DISSOLVE: _check_dissolve,
}


def anchor_of(units: tuple[Unit, ...]) -> Unit:
    """The smallest branch in which all of these units lie."""
    above = Unit.objects.filter(
        tree_id=units[0].tree_id, lft__lte=min(unit.lft for unit in units), rght__gte=max(unit.rght for unit in units)
    )
    return above.order_by("-level")[0]


def headline_of(change: Change) -> str:
    """The change in one sentence, in the names that hold before it."""
    words = _headline(change)
    limit = 400
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def _headline(change: Change) -> str:
    names = "、".join(unit.short_name for unit in change.units)
    target = change.target.short_name if change.target else ""
    new = Unit(name=change.name).short_name
    if change.verb == ChangeVerb.RENAME:
        return f"{names}更名为{new}"
    if change.verb == ChangeVerb.CHANGE_KIND:
        renamed = f"，更名为{new}" if change.name != change.units[0].name else ""
        return f"{names}由{change.units[0].get_kind_display()}改为{UnitKind(change.kind).label}{renamed}"
    if change.verb == ChangeVerb.MOVE:
        above = change.units[0].parent
        return f"{names}由{above.short_name if above else ''}划转到{target}"
    if change.verb == ChangeVerb.MERGE:
        return f"{names}并入{target}" if target else f"{names}合并设立{new}"
    return f"撤销{names}，由{target}承接" if target else f"撤销{names}"
