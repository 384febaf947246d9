"""An exported list, edited in Excel, comes back as changes alone."""

import datetime
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import (
    make_appointment,
    make_county,
    make_member,
    make_speciality,
    make_team,
    make_unit,
    make_volunteer,
)
from tests.volunteers.imports.sheets import some_id, xlsx
from tests.volunteers.imports.test_import_command import counts, run
from volunteers.enums import Education, Health, Politics, Retirement
from volunteers.exporters import KEYS
from volunteers.models import Availability, Interest, TeamMember, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Unit:
    county = make_county()
    law, farming = make_speciality("法治"), make_speciality("农技")
    for name, code in (("云峰镇", "510824102"), ("亭子镇", "510824125")):
        township = make_unit(county, name=name, code=code)
        # Both townships have a village of this name, as real ones do.
        village = make_unit(township, name="大营村村民委员会", code=f"{code}201")
        person = make_volunteer(village, law, name=f"张{name[0]}", is_core=True)
        Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
        make_volunteer(township, law, farming, name=f"李{name[0]}", id_number="", phone="", birth_date=None)
    county.refresh_from_db()
    return county


def exported(county: Unit) -> bytes:
    client = Client()
    client.force_login(make_member(county, Role.COUNTY_OFFICE))
    return b"".join(client.get("/volunteers/export/"))


def test_unedited_everything_is_the_same(county: Unit, tmp_path: Path) -> None:
    told = run(county, tmp_path, exported(county), "--commit")
    assert (counts(told), told["errors"]) == ((4, 0, 0, 4), [])


def test_only_what_was_edited_changes_and_masked_cells_stay(county: Unit, tmp_path: Path) -> None:
    before = {person.pk: (person.id_number, person.phone) for person in Volunteer.objects.all()}
    book = openpyxl.load_workbook(io.BytesIO(exported(county)))
    page: Any = book.active
    heading = next(row for row in page.iter_rows() if any(cell.value == "姓名" for cell in row))
    places = {cell.value: cell.column for cell in heading}
    for row in page.iter_rows(min_row=heading[0].row + 1):
        values = {cell.column: cell for cell in row}
        if values[places["姓名"]].value == "张云":
            values[places["特长"]].value = "农技、法治"
            values[places["服务时间"]].value = "工作日上午"
            values[places["电话（遮盖）"]].value = "13911112222"
    file = io.BytesIO()
    book.save(file)
    told = run(county, tmp_path, file.getvalue(), "--commit")
    assert (counts(told), told["errors"]) == ((4, 0, 1, 3), [])
    person = Volunteer.objects.get(name="张云")
    assert (person.speciality_line, person.service_times, person.phone) == ("法治、农技", "工作日上午", "13911112222")
    after = {one.pk: (one.id_number, one.phone) for one in Volunteer.objects.exclude(pk=person.pk)}
    assert after == {pk: values for pk, values in before.items() if pk != person.pk}
    assert person.id_number == before[person.pk][0]


def test_the_file_with_the_reasons_put_right_and_sent_again(county: Unit, tmp_path: Path) -> None:
    head = ("姓名", "证件号", "类别")
    content = xlsx(head, ("赵一", some_id(order=1), "老教师"), ("钱二", "5.10824E+17", "老干部"))
    back = tmp_path / "back.xlsx"
    assert counts(run(county, tmp_path, content, "--commit", "--errors", str(back))) == (2, 1, 0, 0)
    book = openpyxl.load_workbook(back)
    page: Any = book.active
    assert [cell.value for cell in page[1]] == [*head, "没有导入的原因"]
    assert "最后几位已丢失" in page["D3"].value
    page["B3"].value = some_id(order=3)
    book.save(back)
    told = run(county, tmp_path, back.read_bytes(), "--commit")
    assert (counts(told), told["errors"]) == ((2, 1, 0, 1), [])
    assert Volunteer.objects.filter(name="钱二").exists()


@pytest.fixture
def full(county: Unit) -> Unit:
    """People who have something in every column, and two of the same name."""
    township = Unit.objects.get(code="510824102")
    painting = Interest.objects.create(name="书画")
    for place, politics in enumerate(Politics):
        person = make_volunteer(
            township,
            name="王同名" if place < 2 else f"赵{'甲乙丙丁戊'[place]}",
            politics=politics,
            education=Education.values[place],
            retirement=Retirement.values[place],
            health=Health.values[place % 3],
            former_name="赵小山",
            native_place="四川苍溪",
            former_post="=县教育局（退休）",
            rank="-副科",
            party_joined=("1972", "1972-07", "1972-07-01", "", "1980-12")[place],
            work_began="1968-01",
            status=("active", "resting", "left", "deceased", "active")[place],
            resting_since=datetime.date(2025, 1, 1) if place == 1 else None,
            left_on=datetime.date(2025, 1, 1) if place in (2, 3) else None,
            left_reason="搬走" if place == 2 else "",
            **({"id_number": "", "no_id_reason": "补办中"} if place == 4 else {}),
        )
        person.interests.add(painting)
        team = make_team(township)
        TeamMember.objects.create(team=team, volunteer=person, starts_on=datetime.date(2022, 1, 1))
        make_appointment(township, person, post="member")
    return county


def with_columns(county: Unit, keys: Iterable[str]) -> bytes:
    client = Client()
    client.force_login(make_member(county, Role.COUNTY_OFFICE))
    query = "&".join(["status=all", *(f"columns={key}" for key in ("number", *keys))])
    return b"".join(client.get(f"/volunteers/export/?{query}"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(keys=set(KEYS))
@example(keys=set())
@given(keys=st.sets(st.sampled_from(KEYS)))
def test_any_choice_of_columns_comes_back_the_same(full: Unit, tmp_path: Path, keys: set[str]) -> None:
    with transaction.atomic():
        told = run(full, tmp_path, with_columns(full, keys), "--commit")
        transaction.set_rollback(True)
    assert (counts(told), told["errors"]) == ((9, 0, 0, 9), [])


@pytest.mark.parametrize("keys", [("id_number", "rank"), ("rank", "address", "phone", "birth_year"), KEYS])
def test_an_edited_cell_is_the_only_change_whatever_the_columns(
    full: Unit, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    secrets = {one.pk: (one.id_number, one.phone, one.address, one.birth_date) for one in Volunteer.objects.all()}
    book = openpyxl.load_workbook(io.BytesIO(with_columns(full, keys)))
    page: Any = book.active
    heading = next(row for row in page.iter_rows() if any(cell.value == "编号" for cell in row))
    places = {cell.value: cell.column - 1 for cell in heading}
    person = Volunteer.objects.filter(name="王同名")[0]
    for row in page.iter_rows(min_row=heading[0].row + 1):
        if row[places["编号"]].value == person.number:
            row[places["职级"]].value = "正科"
    file = io.BytesIO()
    book.save(file)
    told = run(full, tmp_path, file.getvalue(), "--commit")
    assert (counts(told), told["errors"]) == ((9, 0, 1, 8), [])
    person.refresh_from_db()
    assert person.rank == "正科"
    after = {one.pk: (one.id_number, one.phone, one.address, one.birth_date) for one in Volunteer.objects.all()}
    assert after == secrets
