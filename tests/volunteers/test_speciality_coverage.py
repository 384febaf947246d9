"""Specialities by places: the same numbers as the roster's list and as SQL by hand, gaps in words, one query."""

import datetime
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orgs.enums import Role, UnitKind
from orgs.models import Unit
from orgs.services import merge_units
from tests.factories import grant, make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.appointing import bytes_of, page_of
from tests.volunteers.pages import signed_in
from tests.volunteers.test_appointment_views import sheet_of
from volunteers.coverage import Line, Matrix, speciality_matrix
from volunteers.enums import VolunteerStatus
from volunteers.models import Speciality, Volunteer

pytestmark = pytest.mark.django_db
PAGE, EXPORT = "/volunteers/coverage/", "/volunteers/coverage/export/"


class World:
    """Two townships (one with two villages and a school), a department, an enterprise; three specialities."""

    def __init__(self) -> None:
        self.county = make_county()
        self.town = make_unit(self.county, name="亭子镇", code="510824105000")
        self.village = make_unit(self.town, name="长江村村民委员会")
        self.other_village = make_unit(self.town, UnitKind.COMMUNITY, name="河街社区居民委员会")
        self.school = make_unit(self.town, UnitKind.SCHOOL, name="亭子小学")
        self.empty = make_unit(self.county, name="云峰镇", code="510824102000")
        self.department = make_unit(self.county, UnitKind.DEPARTMENT, name="县教育局")
        self.enterprise = make_unit(self.county, UnitKind.ENTERPRISE, name="梨乡实业公司")
        names = ("法治", "健康", "科技")
        self.law, self.health, self.science = (make_speciality(name, position=n) for n, name in enumerate(names))
        for unit in Unit.objects.all():
            vars(self).update({name: unit for name, held in vars(self).items() if held == unit})

    @property
    def units(self) -> list[Unit]:
        return list(Unit.objects.order_by("lft"))


@pytest.fixture
def world() -> World:
    return World()


def line_of(matrix: Matrix, label: str) -> Line:
    return next(line for line in matrix.lines if line.label == label)


def counts(line: Line) -> list[int]:
    return [line.people, *(cell.people for cell in line.cells)]


def test_people_count_once_by_place_and_by_kind_of_place(world: World) -> None:
    make_volunteer(world.town, world.law)
    make_volunteer(world.village, world.law, world.health)
    make_volunteer(world.other_village)
    make_volunteer(world.school, world.health)
    make_volunteer(world.department, world.law)
    make_volunteer(world.county, world.science)
    for status in (VolunteerStatus.LEFT, VolunteerStatus.DECEASED):
        make_volunteer(world.town, world.science, status=status, left_on=datetime.date(2024, 1, 1))
    make_volunteer(world.town, world.science, status=VolunteerStatus.RESTING)
    matrix = speciality_matrix(world.county)
    assert [(line.label, counts(line)) for line in matrix.lines] == [
        ("苍溪县", [7, 3, 2, 2]),
        ("县教育局", [1, 1, 0, 0]),
        ("云峰镇", [0, 0, 0, 0]),
        ("亭子镇", [5, 2, 2, 1]),
        ("梨乡实业公司", [0, 0, 0, 0]),
        ("县直部门", [1, 1, 0, 0]),
        ("村和社区", [2, 1, 1, 0]),
        ("学校", [1, 0, 1, 0]),
        ("企业", [0, 0, 0, 0]),
    ]
    assert [(line.label, line.gap_words) for line in matrix.with_gaps] == [
        ("县教育局", "没有健康、科技"),
        ("云峰镇", "名册上还没有人"),
        ("梨乡实业公司", "名册上还没有人"),
    ]
    assert line_of(matrix, "苍溪县").bare == ["云峰镇", "梨乡实业公司"]
    assert line_of(matrix, "企业").units == len(line_of(matrix, "企业").bare) == 1
    town = speciality_matrix(world.town)
    assert [(line.label, counts(line)) for line in town.place_lines] == [
        ("亭子镇", [5, 2, 2, 1]),
        ("长江村", [1, 1, 1, 0]),
        ("河街社区", [1, 0, 0, 0]),
        ("亭子小学", [1, 0, 1, 0]),
    ]


def test_who_stands_in_a_closed_unit_counts_where_it_went(world: World) -> None:
    make_volunteer(world.village, world.law)
    day = timezone.localdate().replace(month=1, day=1)
    merge_units(sources=[world.town], target=world.empty, effective_on=day, document="苍府发〔2025〕8号", by=None)
    make_volunteer(Unit.objects.get(pk=world.town.pk), world.health)
    matrix = speciality_matrix(Unit.objects.get(pk=world.county.pk))
    assert counts(line_of(matrix, "云峰镇")) == [2, 1, 1, 0]
    assert "亭子镇" not in {line.label for line in matrix.lines}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(
        st.tuples(st.integers(0, 7), st.sets(st.integers(0, 2)), st.sampled_from(VolunteerStatus.values)), max_size=14
    )
)
def test_every_cell_is_what_the_roster_and_sql_by_hand_give(world: World, people: list[tuple[int, Any, str]]) -> None:
    Volunteer.objects.all().delete()
    units, held = world.units, [world.law, world.health, world.science]
    for place, specialities, status in people:
        gone = status in (VolunteerStatus.LEFT, VolunteerStatus.DECEASED)
        left_on = datetime.date(2024, 1, 1) if gone else None
        chosen = [held[index] for index in specialities]
        make_volunteer(units[place], *chosen, status=status, left_on=left_on)
    client = signed_in(world.county, Role.COUNTY_OFFICE)
    for top in (world.county, world.town):
        matrix = speciality_matrix(top)
        for line in matrix.lines:
            for cell in line.cells:
                assert client.get(urljoin(PAGE, cell.url)).context["listing"].total == cell.people, (
                    line.label,
                    cell.speciality,
                )
            assert client.get(urljoin(PAGE, line.url)).context["listing"].total == line.people
        for line in matrix.place_lines:
            unit = Unit.objects.get(code=line.key)
            assert {cell.speciality: cell.people for cell in line.cells} == by_hand(unit)


def by_hand(unit: Unit) -> dict[str, int]:
    """People of the roster by speciality, climbing from parent to parent instead of by the ends of the tree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE branch AS (SELECT id FROM orgs_unit WHERE id = %s UNION ALL"
            " SELECT u.id FROM orgs_unit u JOIN branch b ON u.parent_id = b.id)"
            " SELECT s.name, count(DISTINCT v.id) FROM volunteers_speciality s"
            " LEFT JOIN volunteers_volunteer_specialities h ON h.speciality_id = s.id"
            " LEFT JOIN volunteers_volunteer v ON v.id = h.volunteer_id AND v.status IN ('active', 'resting')"
            " AND v.unit_id IN (SELECT id FROM branch) GROUP BY s.name",
            [unit.pk],
        )
        return dict(cursor.fetchall())


def test_the_matrix_is_one_query_whatever_its_size(world: World) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as counted:
            speciality_matrix(world.county)
        return [query["sql"] for query in counted.captured_queries]

    before = queries()
    assert len(before) == 2
    assert sum("volunteers_volunteer" in sql for sql in before) == 1
    for _ in range(3):
        make_volunteer(make_unit(make_unit(world.county)), make_speciality())
    world.county.refresh_from_db()
    assert len(queries()) == 2


def test_the_page_marks_gaps_by_a_word_and_a_border_and_says_them(world: World) -> None:
    make_volunteer(world.village, world.law)
    page = page_of(signed_in(world.county, Role.COUNTY_OFFICE), PAGE)
    assert f'<a href="../?unit={world.town.code}&amp;speciality={world.law.pk}">1</a>' in page
    assert re.search(r'<a class="gap" href="[^"]*" aria-label="亭子镇缺健康，找人">缺</a>', page)
    plain = re.sub(r"<a [^>]*>|</a>", "", page)
    assert "<li>亭子镇：没有健康、科技</li>" in plain
    assert "<li>云峰镇：名册上还没有人</li>" in page
    assert f'<a href="{PAGE}?unit={world.town.code}">亭子镇</a>' in page
    assert re.search(r"<summary[^>]*>7 个单位没有五老</summary><p[^>]*>苍溪县、县教育局、云峰镇、亭子镇、", page)
    assert '<body class="print-wide' in page
    inner = page_of(signed_in(world.county, Role.COUNTY_OFFICE), f"{PAGE}?unit={world.town.code}")
    assert "长江村" in inner
    assert "回到苍溪县" in inner


def test_the_roster_says_which_kind_of_place_it_was_narrowed_to(world: World) -> None:
    make_volunteer(world.school, name="杜承志")
    make_volunteer(world.village, name="冯定国")
    client = signed_in(world.county, Role.COUNTY_OFFICE)
    page = page_of(client, "/volunteers/?place=schools")
    assert "杜承志" in page
    assert "冯定国" not in page
    assert "单位类别：学校" in page
    assert "单位类别" not in page_of(client, "/volunteers/")


def test_a_secretary_sees_the_own_branch_and_no_other(world: World) -> None:
    make_volunteer(world.department, world.law)
    client = signed_in(world.town)
    page = page_of(client, PAGE)
    assert "亭子镇五老特长覆盖" in page
    assert "县教育局" not in page
    for url in (PAGE, EXPORT):
        assert client.get(f"{url}?unit={world.empty.code}").status_code == 404
        assert client.get(f"{url}?unit=nonsense").status_code == 404
        assert signed_in(world.town, Role.LEADER).get(url).status_code == 403
        assert client.post(url).status_code == 405


def test_who_keeps_two_townships_gets_from_one_to_the_other(world: World) -> None:
    both = make_member(world.town)
    grant(both, world.empty)
    client = signed_in(world.town)
    client.force_login(both)
    page = page_of(client, PAGE)
    other = re.search(r"您负责的其他单位：.*?\?unit=(\d+)", page)
    assert other is not None
    assert page_of(client, f"{PAGE}?unit={other.group(1)}")


def test_the_file_holds_the_same_numbers(world: World) -> None:
    make_volunteer(world.village, world.law)
    sheet = sheet_of(bytes_of(signed_in(world.county, Role.COUNTY_OFFICE).get(EXPORT)))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    heads = ["单位", "名册（人）", "没有五老的单位（个）", "法治（人）", "健康（人）", "科技（人）", "缺的特长"]
    assert rows[0] == heads
    assert ["苍溪县合计", 1, 7, 1, 0, 0, "没有健康、科技"] in rows
    assert ["亭子镇", 1, 3, 1, 0, 0, "没有健康、科技"] in rows


def test_without_specialities_the_page_says_the_next_step(world: World) -> None:
    Speciality.objects.all().delete()
    assert "还没有设特长目录" in page_of(signed_in(world.county, Role.COUNTY_OFFICE), PAGE)


def test_a_gap_leads_to_who_could_come(world: World) -> None:
    make_volunteer(world.town, world.law)
    client = signed_in(world.county, Role.COUNTY_OFFICE)
    line = line_of(speciality_matrix(world.county), "县教育局")
    (gap,) = [cell for cell in line.gap_cells if cell.speciality == "法治"]
    assert gap.search_url in client.get(PAGE).content.decode().replace("&amp;", "&")
    found = client.get(urljoin(PAGE, gap.search_url))
    assert found.context["listing"].total == 1
    assert found.context["listing"].form["unit"].value() == world.department.code
