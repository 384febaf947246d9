"""An exported list, edited in Excel, comes back as changes alone."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from tests.volunteers.imports.test_import_command import counts, run
from volunteers.models import Availability, Volunteer

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
