"""Every figure of the county's workbook, recomputed by SQL written by hand and compared to the unit and the cent.

Nothing here uses the registry: each statement says for itself what the statistics form counts. `{units}` is the list
of places of a row, found by walking parents and not by the ends that the roll-up uses.
"""

import io
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from guanai.sheets import write_workbook
from orgs.models import Unit
from reports.frozen import take_figures
from reports.indicators import INDICATORS, FormPart, form_indicators
from reports.statistics_form import KEY_FIGURES, overview_label, statistics_workbook
from tests.reports.factories import YEAR, World, make_busy_county

pytestmark = pytest.mark.django_db

OPEN = "id IN ({units}) AND (closed_on IS NULL OR closed_on > '2025-12-31')"
REQUIRED = f"FROM orgs_unit WHERE {OPEN} AND has_party_organisation AND has_veterans AND has_young_people"
BUILT = f"FROM orgs_unit WHERE {OPEN} AND committee_established_on <= '2025-12-31'"
YEARS = (
    "FROM orgs_unityear y JOIN orgs_unit u ON u.id = y.unit_id WHERE y.unit_id IN ({units}) AND y.year = 2025"
    " AND u.committee_established_on < '2026-01-01'"
)
CONFIRMED = f"{YEARS} AND y.confirmed_on IS NOT NULL"
ROSTER = (
    "FROM volunteers_volunteer WHERE unit_id IN ({units}) AND joined_on <= '2025-12-31'"
    " AND (left_on IS NULL OR left_on > '2025-12-31')"
)
VETERANS = f"{ROSTER} AND kind <> 'other'"
TEAMS = (
    "FROM volunteers_team t WHERE t.unit_id IN ({units}) AND t.founded_on <= '2025-12-31'"
    " AND (t.dissolved_on IS NULL OR t.dissolved_on > '2025-12-31')"
)
MEMBERS = (
    "FROM volunteers_teammember m JOIN volunteers_team t ON t.id = m.team_id"
    " JOIN volunteers_volunteer v ON v.id = m.volunteer_id WHERE t.unit_id IN ({units})"
    " AND (v.left_on IS NULL OR v.left_on > '2025-12-31')"
    " AND t.founded_on <= '2025-12-31' AND (t.dissolved_on IS NULL OR t.dissolved_on > '2025-12-31')"
    " AND m.starts_on <= '2025-12-31' AND (m.ends_on IS NULL OR m.ends_on > '2025-12-31')"
)
HELD = (
    "FROM activities_activity a JOIN activities_theme h ON h.id = a.theme_id WHERE a.unit_id IN ({units})"
    " AND a.held_on BETWEEN '2025-01-01' AND '2025-12-31' AND a.state IN ('submitted', 'accepted')"
)
MET = "FROM activities_meeting WHERE unit_id IN ({units}) AND held_on BETWEEN '2025-01-01' AND '2025-12-31'"
VENUES = (
    "FROM activities_venue WHERE unit_id IN ({units}) AND opened_on <= '2025-12-31'"
    " AND (closed_on IS NULL OR closed_on > '2025-12-31')"
)
LEDGER = (
    "FROM aid_ledgerentry e JOIN aid_fundaccount f ON f.id = e.account_id WHERE f.unit_id IN ({units})"
    " AND e.posted_on BETWEEN '2025-01-01' AND '2025-12-31'"
)
PAID = (
    "FROM aid_grant WHERE unit_id IN ({units}) AND state IN ('paid', 'signed')"
    " AND paid_on BETWEEN '2025-01-01' AND '2025-12-31'"
)
VISITED = (
    "FROM aid_visit v JOIN aid_pairing p ON p.id = v.pairing_id JOIN aid_child c ON c.id = p.child_id"
    " WHERE c.unit_id IN ({units}) AND v.held_on BETWEEN '2025-01-01' AND '2025-12-31'"
)
FILED = "FROM activities_paper WHERE unit_id IN ({units}) AND year = 2025 AND state = 'filed'"
WRITTEN = "FROM activities_publication WHERE unit_id IN ({units})"
COUNT = "SELECT count(*) "


def _sum(column: str, source: str) -> str:
    return f"SELECT coalesce(sum({column}), 0) {source}"


# Sheet → heading of the column (without its unit of measure) → statement. A pair is divided.
FORM: dict[str, dict[str, str | tuple[str, str]]] = {
    "组织": {
        "应建关工委": COUNT + REQUIRED,
        "已建关工委": COUNT + BUILT,
        "应建已建": f"{COUNT}{REQUIRED} AND committee_established_on <= '2025-12-31'",
        "覆盖率": (f"{COUNT}{REQUIRED} AND committee_established_on <= '2025-12-31'", COUNT + REQUIRED),
        "县级": f"{COUNT}{BUILT} AND kind = 'county'",
        "乡镇（部门）级": f"{COUNT}{BUILT} AND kind IN ('township', 'department')",
        "村（社区）级": f"{COUNT}{BUILT} AND kind IN ('village', 'community', 'school', 'enterprise')",
        "乡镇（街道）": f"{COUNT}{BUILT} AND kind = 'township'",
        "县直部门": f"{COUNT}{BUILT} AND kind = 'department'",
        "村": f"{COUNT}{BUILT} AND kind = 'village'",
        "社区": f"{COUNT}{BUILT} AND kind = 'community'",
        "学校": f"{COUNT}{BUILT} AND kind = 'school'",
        "企业": f"{COUNT}{BUILT} AND kind = 'enterprise'",
        "五好达标": f"{COUNT}{YEARS} AND five_goods",
        "五好达标率": (f"{COUNT}{YEARS} AND five_goods", COUNT + BUILT),
        "主要岗位到位": (
            "SELECT count(*) FROM (SELECT DISTINCT unit_id, post FROM volunteers_appointment"
            " WHERE unit_id IN ({units}) AND starts_on <= '2025-12-31'"
            " AND (ends_on IS NULL OR ends_on >= '2025-12-31') AND document <> '' AND post IN"
            " ('director', 'executive_deputy_director', 'office_director', 'staff')) held"
        ),
    },
    "队伍": {
        "五老": COUNT + VETERANS,
        "老干部": f"{COUNT}{ROSTER} AND kind = 'cadre'",
        "老战士": f"{COUNT}{ROSTER} AND kind = 'soldier'",
        "老专家": f"{COUNT}{ROSTER} AND kind = 'expert'",
        "老教师": f"{COUNT}{ROSTER} AND kind = 'teacher'",
        "老模范": f"{COUNT}{ROSTER} AND kind = 'model_worker'",
        "男": f"{COUNT}{VETERANS} AND sex = 'male'",
        "女": f"{COUNT}{VETERANS} AND sex = 'female'",
        "60岁以下": f"{COUNT}{VETERANS} AND 2025 - birth_year < 60",
        "60—69岁": f"{COUNT}{VETERANS} AND 2025 - birth_year BETWEEN 60 AND 69",
        "70—79岁": f"{COUNT}{VETERANS} AND 2025 - birth_year BETWEEN 70 AND 79",
        "80岁以上": f"{COUNT}{VETERANS} AND 2025 - birth_year >= 80",
        "未登记": f"{COUNT}{VETERANS} AND birth_year IS NULL",
        "平均年龄": f"SELECT round(avg(2025 - birth_year), 1) {VETERANS}",
        "骨干五老": f"{COUNT}{VETERANS} AND is_core",
        "其他志愿者": f"{COUNT}{ROSTER} AND kind = 'other'",
        "团队": COUNT + TEAMS,
        "团队成员": f"SELECT count(DISTINCT m.volunteer_id) {MEMBERS}",
    },
    "教育": {
        "活动": COUNT + HELD,
        "道德和法治教育": _sum("a.sessions", f"{HELD} AND h.nature IN ('virtue', 'law')"),
        "思想道德教育": _sum("a.sessions", f"{HELD} AND h.nature = 'virtue'"),
        "法治教育": _sum("a.sessions", f"{HELD} AND h.nature = 'law'"),
        "科学文体": _sum("a.sessions", f"{HELD} AND h.nature = 'science'"),
        "心理健康": _sum("a.sessions", f"{HELD} AND h.nature = 'mental'"),
        "家庭教育": _sum("a.sessions", f"{HELD} AND h.nature = 'family'"),
        "劳动实践": _sum("a.sessions", f"{HELD} AND h.nature = 'labour'"),
        "学业辅导": _sum("a.sessions", f"{HELD} AND h.nature = 'tutoring'"),
        "征文演讲比赛": f"{COUNT}{HELD} AND a.form = 'contest'",
        "参观基地": f"{COUNT}{HELD} AND a.form = 'base_visit'",
        "青少年": _sum("a.young_people", HELD),
        "其中留守、困境": _sum("a.in_need", HELD),
        "家长及其他": _sum("a.others", HELD),
        "会议": f"{COUNT}{MET} AND kind = 'meeting'",
        "培训": f"{COUNT}{MET} AND kind = 'training'",
        "党委听取汇报": f"{COUNT}{MET} AND kind = 'hearing'",
    },
    "关爱": {
        "在册儿童": (
            "SELECT count(*) FROM aid_child WHERE unit_id IN ({units}) AND registered_on <= '2025-12-31'"
            " AND (closed_on IS NULL OR closed_on > '2025-12-31')"
        ),
        "结对": (
            "SELECT count(*) FROM aid_pairing p JOIN aid_child c ON c.id = p.child_id WHERE c.unit_id IN ({units})"
            " AND p.starts_on <= '2025-12-31' AND (p.ends_on IS NULL OR p.ends_on >= '2025-12-31')"
        ),
        "受助儿童": (
            f"SELECT count(*) FROM (SELECT c.id {VISITED} UNION SELECT child_id {PAID}) helped"  # noqa: S608  # ours
        ),
        "帮扶": f"SELECT (SELECT count(*) {VISITED}) + (SELECT count(*) {PAID})",
        "走访": COUNT + VISITED,
        "捐赠": (
            "SELECT count(*) FROM aid_donation d JOIN aid_fundaccount f ON f.id = d.account_id"
            " WHERE f.unit_id IN ({units}) AND d.received_on BETWEEN '2025-01-01' AND '2025-12-31'"
        ),
        "凝聚关爱资金": _sum("e.amount", f"{LEDGER} AND e.kind IN ('donation', 'allocation')"),
        "财政安排": _sum("e.amount", f"{LEDGER} AND e.kind = 'allocation'"),
        "其中物资折价": _sum("e.amount", f"{LEDGER} AND e.kind = 'donation' AND e.gift = 'goods'"),
        "支出": _sum("-e.amount", f"{LEDGER} AND e.kind IN ('grant', 'cost')"),
        "结余": (
            "SELECT coalesce(sum(e.amount), 0) FROM aid_ledgerentry e JOIN aid_fundaccount f ON f.id = e.account_id"
            " WHERE f.unit_id IN ({units}) AND e.posted_on <= '2025-12-31'"
        ),
        "资助": COUNT + PAID,
        "资助金额": _sum("amount", PAID),
        "其中物资折价 2": _sum("amount", f"{PAID} AND kind = 'goods'"),
        "助学": f"{COUNT}{PAID} AND purpose = 'education'",
        "助学人数": f"SELECT count(DISTINCT child_id) {PAID} AND purpose = 'education'",
        "助学金额": _sum("amount", f"{PAID} AND purpose = 'education'"),
    },
    "阵地": {
        "阵地": COUNT + VENUES,
        "红色教育基地": f"{COUNT}{VENUES} AND kind = 'red_base'",
        "劳动实践基地": f"{COUNT}{VENUES} AND kind = 'labour_base'",
        "五老工作室": f"{COUNT}{VENUES} AND kind = 'studio'",
        "阳光驿站": f"{COUNT}{VENUES} AND kind = 'sunshine_station'",
        "儿童活动中心": f"{COUNT}{VENUES} AND kind = 'children_centre'",
        "校外辅导站": f"{COUNT}{VENUES} AND kind = 'tutoring_station'",
        "示范辅导站": f"{COUNT}{VENUES} AND kind = 'tutoring_station' AND is_model",
    },
    "保障": {
        "工作经费": _sum("budget", CONFIRMED),
        "补贴到位": f"{COUNT}{CONFIRMED} AND allowance_paid",
        "有办公室": f"{COUNT}{CONFIRMED} AND has_office",
        "有活动室": f"{COUNT}{CONFIRMED} AND has_activity_room",
        "有牌子": f"{COUNT}{CONFIRMED} AND has_name_plate",
        "制度上墙": f"{COUNT}{CONFIRMED} AND has_rules_on_wall",
        "工作人员": _sum("staff", CONFIRMED),
        "刊物征订": _sum("periodicals", CONFIRMED),
        "计划": f"{COUNT}{FILED} AND kind = 'plan'",
        "检查": f"{COUNT}{FILED} AND kind = 'check'",
        "总结": f"{COUNT}{FILED} AND kind = 'summary'",
        "评估": f"{COUNT}{FILED} AND kind = 'assessment'",
        "年度报表": f"{COUNT}{FILED} AND kind = 'statistics'",
        "调研": f"{COUNT}{WRITTEN} AND kind = 'research' AND published_on BETWEEN '2025-01-01' AND '2025-12-31'",
        "信息": f"{COUNT}{WRITTEN} AND kind = 'news' AND published_on BETWEEN '2025-01-01' AND '2025-12-31'",
        "被上级采用": f"{COUNT}{WRITTEN} AND adopted_on BETWEEN '2025-01-01' AND '2025-12-31'",
    },
}


def asked(statement: str, units: list[int]) -> Decimal | None:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{units}", ", ".join(str(unit) for unit in units)))
        [[value]] = cursor.fetchall()
    return None if value is None else Decimal(value)


def expected(statement: str | tuple[str, str], units: list[int]) -> Decimal | str:
    """What the cell must show; — for a ratio or a mean of nothing."""
    if isinstance(statement, str):
        value = asked(statement, units)
        return "—" if value is None else value
    above, below = (asked(part, units) or Decimal(0) for part in statement)
    return (above / below).quantize(Decimal("0.001"), ROUND_DOWN) if below else "—"


def walked(unit: Unit) -> list[int]:
    """The branch of a unit by its parents."""
    found, edge = [unit.pk], [unit.pk]
    while edge:
        edge = list(Unit.objects.filter(parent__in=edge).values_list("pk", flat=True))
        found += edge
    return found


def rows_of(world: World) -> dict[str, list[int]]:
    """First cell of each row → the units that it covers."""
    county = world.county
    rows = {f"{county.short_name}本级": [county.pk], "合计": walked(county)}
    for child in Unit.objects.filter(parent=county):
        rows[child.short_name] = walked(child)
    return rows


def table(sheet: list[list[Any]]) -> tuple[list[str], dict[str, list[Any]]]:
    """Headings without their unit of measure, and the rows by first cell."""
    top = next(number for number, row in enumerate(sheet) if row[0] == "单位")
    grouped = sheet[top + 1][0] == ""
    headings = [lower or upper for upper, lower in zip(*sheet[top : top + 2], strict=True)] if grouped else sheet[top]
    names: list[str] = []
    for heading in headings[1:]:
        name = str(heading).rpartition("\n（")[0]
        names.append(f"{name} 2" if name in names else name)
    return names, {str(row[0]): row[1:] for row in sheet[top + 1 + grouped :]}


def as_number(value: Any) -> Decimal | str:
    return value if isinstance(value, str) else Decimal(repr(value))


@pytest.mark.parametrize("seed", [11, 12])
def test_every_figure_of_the_workbook_is_what_sql_says(seed: int) -> None:
    make_busy_county(seed + 100, "510823", townships=1, records=12)
    world = make_busy_county(seed)
    content = write_workbook(statistics_workbook(take_figures(YEAR, world.county), world.county.code))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = rows_of(world)
    compared = 0
    for title, statements in FORM.items():
        names, lines = table(book.get_sheet_by_name(title).to_python())
        assert names == list(statements), title
        for first, units in rows.items():
            for name, value in zip(names, lines[first], strict=True):
                assert as_number(value) == expected(statements[name], units), (title, first, name)
                compared += 1
    assert compared == sum(map(len, FORM.values())) * len(rows)


def totals(world: World, year: int) -> dict[str, Any]:
    """Indicator code → the 合计 of its column, in the workbook of a year."""
    content = write_workbook(statistics_workbook(take_figures(year, world.county), world.county.code))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found: dict[str, Any] = {}
    for part in FormPart:
        _, lines = table(book.get_sheet_by_name(part.value).to_python())
        codes = [indicator.code for indicator in form_indicators(part)]
        found |= dict(zip(codes, lines["合计"], strict=True))
    return found


def test_overview_repeats_every_total_of_both_years() -> None:
    world = make_busy_county(13)
    content = write_workbook(statistics_workbook(take_figures(YEAR, world.county), world.county.code))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    overview = {row[0]: row[1:5] for row in book.get_sheet_by_name("总览").to_python()}
    this, before = totals(world, YEAR), totals(world, YEAR - 1)
    codes = [code for part in FormPart for code in KEY_FIGURES[part]]
    for code in codes:
        now, _, then, growth = overview[overview_label(INDICATORS[code])]
        assert (now, then) == (this[code], before[code]), code
        if "—" not in (now, then):
            assert as_number(growth) == Decimal(repr(now)) - Decimal(repr(then)), code
    assert len(codes) == sum(isinstance(row[0], float) or row[0] == "—" for row in overview.values())


def test_months_are_those_of_sql() -> None:
    world = make_busy_county(14)
    content = write_workbook(statistics_workbook(take_figures(YEAR, world.county), world.county.code))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("各月活动").to_python()
    held = FORM["教育"]["活动"]
    assert isinstance(held, str)
    for month in range(1, 13):
        [row] = [row for row in sheet if row[0] == f"{month}月"]
        assert as_number(row[1]) == asked(f"{held} AND extract(month FROM held_on) = {month}", walked(world.county)), (
            month
        )
