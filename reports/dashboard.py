"""The figures and charts of the dashboard for one branch and year, each with the address of its records."""

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from guanai.charts import Chart, Point, bars_chart, months_chart
from guanai.templatetags.page import figure as shown
from guanai.templatetags.page import wan, yuan
from orgs.models import Unit
from reports.indicators import INDICATORS, Figure, Kind, Period
from reports.links import records_url
from reports.queries import same_day
from reports.rollup import figures_by

# From here on money is shown in 万元.
WAN_FROM = 10_000
BRIEF = {
    "young_people": "参加青少年",
    "veterans": "在册五老",
    "coverage": "委员会覆盖率",
    "funds_raised": "关爱基金收入",
}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One cell of the ledger: the figure as shown, its measure word, one line of comparison, its records."""

    label: str
    value: str
    measure: str
    url: str
    note: str


def is_running(year: int) -> bool:
    return year == timezone.localdate().year


def total_of(code: str, unit: Unit, year: int) -> Figure:
    """One figure of one branch by itself."""
    indicator = INDICATORS[code]
    return indicator.total(indicator.records_for(year, unit), Period.of(year))


def last_year_of(code: str, unit: Unit, year: int) -> Figure:
    """A flow of the year before: up to the same day while the year runs, otherwise whole; a stock at its end."""
    indicator = INDICATORS[code]
    records = indicator.records_for(year - 1, unit)
    if is_running(year) and indicator.date_path:
        records = records.filter(**{f"{indicator.date_path}__lte": same_day(timezone.localdate(), year - 1)})
    return indicator.total(records, Period.of(year - 1))


def _compared(code: str, unit: Unit, year: int) -> str:
    when = f"{year - 1} 年"
    if is_running(year):
        when = "去年同期"
    if INDICATORS[code].kind is Kind.STOCK:
        when = "去年末" if is_running(year) else f"{year - 1} 年末"
    return f"{when} {shown(last_year_of(code, unit, year))}"


def key_figures(unit: Unit, year: int, figures: Mapping[str, Figure]) -> list[KeyFigure]:
    """The six figures of the ledger; `figures` are those of the branch in the table of units."""
    notes = {
        "activities": _compared("activities", unit, year),
        "young_people": _compared("young_people", unit, year),
        "veterans": _compared("veterans", unit, year),
        "pairings": f"受助儿童 {shown(total_of('children_helped', unit, year))} 人",
    }
    keys = [
        KeyFigure(
            BRIEF.get(code, INDICATORS[code].label),
            shown(figures[code]),
            INDICATORS[code].measure,
            records_url(code, unit.code, year),
            note,
        )
        for code, note in notes.items()
    ]
    return [*keys, _fund(unit, year), _coverage(unit, year, figures)]


def _fund(unit: Unit, year: int) -> KeyFigure:
    raised = Decimal(total_of("funds_raised", unit, year))
    students = shown(total_of("students_aided", unit, year))
    value, measure = (wan(raised), "万元") if abs(raised) >= WAN_FROM else (yuan(raised), "元")
    url = records_url("funds_raised", unit.code, year)
    return KeyFigure(BRIEF["funds_raised"], value, measure, url, f"助学 {students} 人")


def _coverage(unit: Unit, year: int, figures: Mapping[str, Figure]) -> KeyFigure:
    required, covered = int(figures["committees_required"]), int(figures["committees_covered"])
    # Cut, not rounded: 1,999 of 2,000 is not 100.
    value = shown(Decimal(covered * 1000 // required) / 10) if required else "—"
    url = records_url("coverage", unit.code, year)
    return KeyFigure(BRIEF["coverage"], value, "%", url, f"应建 {required:,}，已建 {covered:,}")


def months_of_activities(unit: Unit, year: int) -> Chart:
    """Activities by month beside last year's; the running month is marked, months to come are empty."""
    this, last = (figures_by("activities", of, unit, "month") for of in (year, year - 1))
    today = timezone.localdate()
    has_last = any(last.values())
    points = [
        Point(
            f"{month}月",
            None if is_running(year) and month > today.month else int(count),
            int(last[month]) if has_last else None,
            records_url("activities", unit.code, year, month=month) if count else "",
            partial=is_running(year) and month == today.month and not _is_over(today),
        )
        for month, count in this.items()
    ]
    return months_chart(
        points,
        name="months",
        title=_finding(points, year, today),
        unit="场",
        this_series=f"{year} 年",
        last_series=f"{year - 1} 年",
    )


def _is_over(day: datetime.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _finding(points: list[Point], year: int, today: datetime.date) -> str:
    most = max(int(point.value or 0) for point in points)
    if not most:
        return f"{year} 年还没有记录活动"
    when = "、".join(point.label for point in points if point.value == most)
    until = f"；{today.month} 月截至 {today.day} 日" if any(point.partial for point in points) else ""
    return f"{year} 年各月活动场次，{when}最多，{most:,} 场{until}"


def themes_of_activities(unit: Unit, year: int) -> Chart:
    """Activities by theme in the order of the taxonomy."""
    counts: Mapping[Any, Figure] = figures_by("activities", year, unit, "theme")
    names = dict(INDICATORS["activities"].dimension("theme").members())
    points = [
        Point(names[theme], int(count), href=records_url("activities", unit.code, year, theme=theme) if count else "")
        for theme, count in counts.items()
    ]
    return bars_chart(points, name="themes", title=f"{year} 年各主题活动场次，按主题目录排列", unit="场")
