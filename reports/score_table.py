"""Score sheets as the pages of the evaluation show them: sums by heading, each piece of evidence with its records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db.models import Max
from django.urls import reverse

from orgs.enums import Action
from orgs.models import Unit, User
from orgs.queries import top_units
from orgs.scope import allows
from reports.enums import RuleKind
from reports.evaluation import ScoreLine, ScoreSheet, maximum, score_sheets
from reports.evidence import EVIDENCE
from reports.links import records_url
from reports.models import Evaluation, Scheme

NONE = "—"


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence in words, with the records that it counts."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of a sheet; points are text, — where nobody and nothing has scored."""

    position: int
    name: str
    rule: str
    maximum: str
    proofs: list[Proof]
    suggested: str
    reviewed: str
    reason: str


@dataclass(frozen=True, slots=True)
class HeadingRows:
    """A heading with its items; sums leave out what is not scored yet, and stand as 8 + 2 where there is a bonus."""

    name: str
    maximum: str
    suggested: str
    reviewed: str
    so_far: str
    items: list[ItemRow]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One unit in the list of a scheme: what each heading holds so far, and how many items wait for a reviewer."""

    unit: Unit
    url: str
    headings: list[str]
    so_far: str
    waiting: int


@dataclass(frozen=True, slots=True)
class SchemeTable:
    """All units of a scheme that a reader may see, in tree order."""

    scheme: Scheme
    headings: list[tuple[str, str]]
    maximum: Decimal
    rows: list[SheetRow]
    scored_at: object


def evaluation_county(user: User) -> Unit | None:
    """The county in whose evaluation the user has a part."""
    tops = top_units(user, Action.VIEW_EVALUATION)
    return tops[0].get_root() if tops else None


def may_score(user: User, county: Unit) -> bool:
    """Whether the user may have the suggestions of a county counted anew."""
    return allows(user, Action.BUILD_REPORTS, county) or allows(user, Action.SCORE_EVALUATION, county)


def points(value: Decimal | None) -> str:
    """5.0 → 5; nothing → —."""
    if value is None:
        return NONE
    return f"{value.normalize():f}"


def summed(lines: Iterable[ScoreLine], values: Iterable[Decimal | None], cap: Decimal | None = None) -> str:
    """The points of some items, what is a bonus behind a plus: 8 + 2; — where none has any.

    A bonus above `cap`, the most that counts, is shown with it: 8 + 12（最多计 10）.
    """
    pairs = [(line.item.rule == RuleKind.BONUS, value) for line, value in zip(lines, values, strict=True)]
    if all(value is None for _, value in pairs):
        return NONE
    base = sum((value for is_bonus, value in pairs if value is not None and not is_bonus), Decimal(0))
    bonus = sum((value for is_bonus, value in pairs if value is not None and is_bonus), Decimal(0))
    most = f"（最多计 {points(cap)}）" if cap is not None and bonus > cap else ""
    return f"{points(base)} + {points(bonus)}{most}" if bonus else points(base)


def by_heading(sheet: ScoreSheet) -> list[tuple[str, list[ScoreLine]]]:
    return [(name, list(lines)) for name, lines in groupby(sheet.lines, key=lambda line: line.item.heading)]


def heading_rows(sheet: ScoreSheet) -> list[HeadingRows]:
    """The items of a sheet under their headings, with sums."""
    return [
        HeadingRows(
            name=name,
            maximum=points(maximum(line.item for line in lines)),
            suggested=summed(lines, [line.suggested for line in lines]),
            reviewed=summed(lines, [line.reviewed for line in lines]),
            so_far=summed(lines, [line.final for line in lines]),
            items=[_item_row(sheet, line) for line in lines],
        )
        for name, lines in by_heading(sheet)
    ]


def _item_row(sheet: ScoreSheet, line: ScoreLine) -> ItemRow:
    is_bonus = line.item.rule == RuleKind.BONUS
    sign = "+" if is_bonus else ""
    return ItemRow(
        position=line.item.position,
        name=line.item.name,
        rule=line.item.rule_text,
        maximum=f"{sign}{points(line.item.maximum)}",
        proofs=_proofs(sheet, line),
        suggested=f"{sign if line.suggested else ''}{points(line.suggested)}",
        reviewed=f"{sign if line.reviewed else ''}{points(line.reviewed)}",
        reason=line.reason,
    )


def _proofs(sheet: ScoreSheet, line: ScoreLine) -> list[Proof]:
    """What the stored evidence says, each piece with its records; a piece begins with the label of its source."""
    sources = EVIDENCE[line.item.evidence] if line.item.evidence else ()
    proofs = []
    for text in filter(None, line.evidence.split("，")):
        source = next((source for source in sources if text.startswith(f"{source.label} ")), None)
        scope = {"own": "1"} if source and source.own else {}
        url = records_url(source.indicator, sheet.unit.code, sheet.scheme.year, **scope) if source else ""
        proofs.append(Proof(text, url))
    return proofs


def total_so_far(sheet: ScoreSheet) -> str:
    """基本分 + 加分 of what is scored, the bonus cut at the scheme's cap."""
    bonus = sheet.bonus
    return f"{points(sheet.base)} + {points(bonus)}" if bonus else points(sheet.base)


def scheme_tables(user: User, county: Unit, year: int) -> list[SchemeTable]:
    """The year's schemes with the units that the user may see: four queries for each scheme."""
    schemes = Scheme.objects.filter(county=county, year=year).order_by("unit_kind").select_related("county")
    return [table for scheme in schemes if (table := _scheme_table(user, scheme)) is not None]


def _scheme_table(user: User, scheme: Scheme) -> SchemeTable | None:
    sheets = [sheet for sheet in score_sheets(scheme) if allows(user, Action.VIEW_EVALUATION, sheet.unit)]
    if not sheets:
        return None
    return SchemeTable(
        scheme=scheme,
        headings=[(name, points(maximum(line.item for line in lines))) for name, lines in by_heading(sheets[0])],
        maximum=maximum(line.item for line in sheets[0].lines),
        rows=[_sheet_row(sheet) for sheet in sheets],
        scored_at=Evaluation.objects.filter(scheme=scheme).aggregate(latest=Max("scored_at"))["latest"],
    )


def _sheet_row(sheet: ScoreSheet) -> SheetRow:
    return SheetRow(
        unit=sheet.unit,
        url=reverse("reports:evaluation", args=[sheet.scheme.year, sheet.unit.code]),
        headings=[summed(lines, [line.final for line in lines]) for _, lines in by_heading(sheet)],
        so_far=total_so_far(sheet),
        waiting=sheet.waiting,
    )


def sheet_of(unit: Unit, year: int) -> ScoreSheet | None:
    """The sheet of one unit in one year, if its scheme has been scored."""
    scheme = (
        Scheme.objects.filter(county__tree_id=unit.tree_id, year=year, unit_kind=unit.kind)
        .select_related("county")
        .first()
    )
    sheets: Sequence[ScoreSheet] = score_sheets(scheme, unit) if scheme else ()
    return sheets[0] if sheets else None


def years_evaluated(county: Unit, *, also: Iterable[int]) -> list[int]:
    """The years that have a scheme, and `also`; the latest first."""
    years = Scheme.objects.filter(county=county).order_by().values_list("year", flat=True).distinct()
    return sorted({*years, *also}, reverse=True)
