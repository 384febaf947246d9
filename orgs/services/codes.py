"""统计用区划代码: a unit founded by document has a letter code until the statistics bureau gives it its own."""

from django.core.exceptions import ValidationError
from django.db import transaction

from orgs.enums import CODE_LENGTHS, UnitKind
from orgs.models import Unit
from orgs.rules import takes_code
from orgs.services.orders import refusal
from orgs.tree import lock_county, renumber


def official_code(code: str, *, parent: Unit, kind: str, unit: Unit | None = None) -> str:
    """The statistical code that was typed, as it is kept: 9 digits of a township, 12 of a village or community.

    Raises ValidationError at `code`: a kind that has none, another length, outside the parent's range, or taken by
    another unit than `unit`, be it closed.
    """
    length = CODE_LENGTHS.get(kind)
    if length is None:
        raise refusal("code", f"{UnitKind(kind).label}没有统计用区划代码。", "no_code")
    code = "".join(code.split())
    # The bureau's lists fill a township's code up to that of a village.
    if len(code) == 12 and length == 9 and code.endswith("000"):
        code = code[:9]
    if not (code.isascii() and code.isdigit() and len(code) == length):
        raise refusal("code", f"{UnitKind(kind).label}的统计用区划代码是 {length} 位数字。", "wrong_code")
    # A parent that was founded itself has a letter code, too; then the one above it counts, at last the county.
    above = next(one for one in parent.get_ancestors(ascending=True, include_self=True) if one.code.isdigit())
    if not code.startswith(above.code.removesuffix("000")):
        raise refusal("code", f"{above.short_name}的下级，代码以 {above.code} 开头。", "outside_range")
    holder = Unit.objects.filter(code=code).first()
    if holder is not None and holder != unit:
        raise refusal("code", f"代码 {code} 是{holder.short_name}的。", "code_taken")
    return code


def correct_code(*, unit: Unit, code: str) -> Unit:
    """Give a unit its statistical code; its place among its siblings follows. Numbers of records stay as they are.

    Raises ValidationError as `official_code`, and where the unit is closed or its kind has no code.
    """
    with transaction.atomic():
        unit = lock_county(unit)
        if unit.parent is None or not takes_code(unit):
            raise ValidationError(f"{unit.short_name}的代码不能更正。", code="no_code")
        unit.code = official_code(code, parent=unit.parent, kind=unit.kind, unit=unit)
        unit.derive()
        Unit.objects.bulk_update([unit], ["code", "position"])
        renumber(unit.tree_id)
    return Unit.objects.get(pk=unit.pk)
