"""年度统计表 as a workbook: 总览, one sheet per part of the form, the evaluation, and the months behind the chart.

The county's and a township's workbook are the same thing at two places of the tree: one row for the unit's own level,
one for each unit directly under it, and 合计, which is the unit's own figure and never a sum of rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from guanai.sheets import Cell as SheetCell
from guanai.sheets import Chart, Column, Figure, Kind, Row, Section, Sheet, UnitLine, Value, Workbook, overview
from reports.frozen import Figures, Frozen, Place, Scores, figure, is_empty
from reports.indicators import INDICATORS, FormPart, Indicator, Measure, form_indicators

NONE = "—"
WAITING = "待评"
_MONTHS = "各月活动"
_UNIT_WIDTH = 18
# Narrow enough that a part of twenty columns can still be read on one page.
_WIDTHS = {Kind.COUNT: 9, Kind.RATIO: 9, Kind.MEAN: 9, Kind.MONEY: 15}
_KINDS = {Measure.YUAN: Kind.MONEY, Measure.PER_CENT: Kind.RATIO, Measure.YEARS: Kind.MEAN}

# What 总览 shows of each part; the rest stands on the part's own sheet.
KEY_FIGURES: dict[FormPart, tuple[str, ...]] = {
    FormPart.ORGANISATION: ("committees_required", "committees", "coverage", "five_goods", "five_goods_rate"),
    FormPart.PEOPLE: ("veterans", "core", "mean_age", "other_volunteers", "teams", "team_members"),
    FormPart.EDUCATION: (
        "activities",
        "talks",
        "law_sessions",
        "tutoring_sessions",
        "young_people",
        "in_need",
        "meetings",
        "hearings",
    ),
    FormPart.CARE: (
        "pairings",
        "children_helped",
        "helps",
        "donations",
        "funds_raised",
        "funds_spent",
        "grants",
        "grants_amount",
        "student_grants",
        "student_grants_amount",
    ),
    FormPart.PLACES: ("venues", "venues_red_base", "venues_studio", "venues_sunshine_station", "model_stations"),
    FormPart.GUARANTEES: ("budget", "offices", "activity_rooms", "staff", "paper_plan", "paper_summary"),
}


def sheet_kind(indicator: Indicator) -> Kind:
    return _KINDS.get(indicator.measure, Kind.COUNT)


def cell_value(figures: Figures, indicator: Indicator) -> Value:
    """A figure as a cell shows it; a ratio of nothing is —."""
    return NONE if is_empty(figures, indicator) else figure(figures, indicator.code)


def statistics_workbook(frozen: Frozen, code: str) -> Workbook:
    """The statistics form of one place, the county or a unit directly under it."""
    place = frozen.place(code)
    unit_line = UnitLine(place.committee, frozen.day, measure="")
    sheets = [_overview(frozen, place, unit_line)]
    sheets += [_part_sheet(frozen, place, part, unit_line) for part in FormPart]
    if code == frozen.county:
        sheets += [evaluation_sheet(frozen, unit_line), _months_sheet(frozen, unit_line)]
    return Workbook(f"{place.committee}{frozen.year}年度统计表", sheets, dated=frozen.day)


def _overview(frozen: Frozen, place: Place, unit_line: UnitLine) -> Sheet:
    chart = None
    if place.code == frozen.county:
        chart = Chart(
            f"{frozen.year}年各月活动（场）",
            category=0,
            series=(1, 2),
            category_title="月份",
            value_title="场",
            source=_MONTHS,
        )
    return overview(
        heading=f"{place.committee}{frozen.year}年度统计表",
        figures=list(_key_figures(frozen, place)),
        year=frozen.year,
        unit_line=unit_line,
        chart=chart,
        notes=(
            f"统计截至{frozen.day:%Y-%m-%d}，由各单位记录自动汇总。联办活动只算主办一场。",
            "人是去重后的人数，人次是各次相加。",
        ),
    )


def _key_figures(frozen: Frozen, place: Place) -> Iterator[Figure | Section]:
    this, last = frozen.branch[place.code], frozen.before[place.code]
    for part, codes in KEY_FIGURES.items():
        yield Section(part.value)
        for code in codes:
            indicator = INDICATORS[code]
            values = [None if is_empty(figures, indicator) else figure(figures, code) for figures in (this, last)]
            yield Figure(
                overview_label(indicator), values[0], indicator.measure, values[1], sheet_kind(indicator), part.value
            )


def overview_label(indicator: Indicator) -> str:
    """A label that can stand without the heading of its group."""
    return {
        "young_people": "参加青少年",
        "in_need": "其中留守、困境儿童",
        "funds_spent": "关爱基金支出",
        "student_grants": "助学",
        "paper_plan": "计划归档",
        "paper_summary": "总结归档",
        "law_sessions": "法治教育",
        "tutoring_sessions": "学业辅导",
    }.get(indicator.code, indicator.label)


def _part_sheet(frozen: Frozen, place: Place, part: FormPart, unit_line: UnitLine) -> Sheet:
    indicators = form_indicators(part)
    columns = [Column("单位", width=_UNIT_WIDTH)]
    columns += [
        Column(f"{each.label}\n（{each.measure}）", sheet_kind(each), each.group, _WIDTHS[sheet_kind(each)])
        for each in indicators
    ]
    has_money = any(each.measure is Measure.YUAN for each in indicators)
    return Sheet(
        title=part.value,
        heading=f"{place.committee}{frozen.year}年度统计表（{part.value}）",
        columns=columns,
        lines=[Row([name, *_values(figures, indicators)]) for name, figures in _rows(frozen, place)],
        unit_line=replace(unit_line, measure="元" if has_money else ""),
        total=["合计", *_values(frozen.branch[place.code], indicators)],
        notes=_notes(indicators),
    )


def _rows(frozen: Frozen, place: Place) -> Iterator[tuple[str, Figures]]:
    yield f"{place.name}本级", frozen.own[place.code]
    for child in frozen.below(place.code):
        yield child.name, frozen.branch[child.code]


def _values(figures: Figures, indicators: Sequence[Indicator]) -> list[Value]:
    return [cell_value(figures, indicator) for indicator in indicators]


def _notes(indicators: Sequence[Indicator]) -> tuple[str, ...]:
    distinct = [f"“{each.label}”" for each in indicators if each.distinct is not None]
    if not distinct:
        return ()
    return (f"{'、'.join(distinct)}按全部下级去重，合计不一定等于各行之和。",)


def evaluation_sheet(frozen: Frozen, unit_line: UnitLine) -> Sheet:
    """考评: a row per township in tree order. A judged item shows — and the unit 待评 until a reviewer has scored."""
    lines = frozen.scores[0].lines if frozen.scores else ()
    columns = [Column("单位", width=_UNIT_WIDTH)]
    columns += [
        Column(
            f"{line.name}\n（{'+' if line.is_bonus else ''}{short_points(line.maximum)}）", Kind.SCORE, line.heading, 11
        )
        for line in lines
    ]
    columns += [Column(heading, Kind.SCORE, width=9) for heading in ("基本分", "加分", "合计")]
    columns.append(Column("等次", Kind.CODE))
    scheme = frozen.scores[0].scheme if frozen.scores else ""
    return Sheet(
        title="考评",
        heading=f"{frozen.place(frozen.county).committee}{frozen.year}年度考评汇总表",
        columns=columns,
        lines=[_score_row(frozen, scores) for scores in frozen.scores],
        unit_line=replace(unit_line, measure="分"),
        one_page=True,
        notes=(
            f"适用《{scheme}》。按组织树排列，不排名次。" if scheme else "本年度没有适用的考评办法。",
            "“—”是考评员评定、还没有打分的项目，不计入基本分；全部评定后才有合计和等次。",
        ),
    )


def short_points(points: str) -> str:
    """5.0 → 5."""
    return points.removesuffix(".0")


def _score_row(frozen: Frozen, scores: Scores) -> Row:
    points = [line.reviewed or line.suggested for line in scores.lines]
    cells: list[Value | SheetCell] = [frozen.place(scores.place).name]
    cells += [Decimal(given) if given else NONE for given in points]
    cells += [Decimal(scores.base), Decimal(scores.bonus)]
    cells += [Decimal(scores.total) if scores.total else WAITING, scores.grade or WAITING]
    return Row(cells)


def _months_sheet(frozen: Frozen, unit_line: UnitLine) -> Sheet:
    this, last = (sum(month[place] for month in frozen.months) for place in (1, 2))
    return Sheet(
        title=_MONTHS,
        heading=f"{frozen.year}年各月活动",
        columns=[
            Column("月份", width=14),
            Column(f"{frozen.year}年", Kind.COUNT, width=18),
            Column(f"{frozen.year - 1}年", Kind.COUNT, width=18),
        ],
        lines=[[f"{month}月", count, before] for month, count, before in frozen.months],
        unit_line=replace(unit_line, measure="场"),
        total=["合计", this, last],
    )
