"""The history of a person says where an import was at work."""

import io

import pghistory
import pytest
from openpyxl import load_workbook

from tests.factories import make_speciality, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from tests.volunteers.imports.test_import_pages import World, page_of, signed_in, upload
from volunteers.models import Availability, Volunteer
from volunteers.row_history import history_of_person
from volunteers.services import update_volunteer
from volunteers.tasks import run_roster_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def test_the_history_of_a_person_says_that_a_list_was_imported(world: World) -> None:
    client = signed_in(world.secretary)
    head = ("姓名", "证件号", "类别")
    batch = upload(client, world.township, xlsx(head, ("张三", some_id(order=87), "老教师")))
    client.post(page_of(batch, "commit"))
    person = Volunteer.objects.get()
    assert [(step.heading, step.actor) for step in history_of_person(person).steps] == [
        ("登记入库", f"{world.secretary.name}（导入名册）")
    ]
    with pghistory.context(user=world.colleague.pk, url="/volunteers/1/edit/"):
        update_volunteer(volunteer=person, former_post="云峰小学教师")
    assert history_of_person(person).steps[0].actor == world.colleague.name


@pytest.mark.parametrize("via", [{"task": run_roster_import.name}, {"command": "import_roster"}])
def test_so_it_does_for_a_worker_and_the_command(world: World, via: dict[str, str]) -> None:
    with pghistory.context(**via):
        person = make_volunteer(world.township)
    assert [step.actor for step in history_of_person(person).steps] == ["系统（导入名册）"]


def test_what_a_file_changes_of_a_list_is_shown_before_and_told_afterwards(world: World) -> None:
    """The word and the time that go, not all of them."""
    law, mind = (make_speciality(name) for name in ("普法", "心理"))
    person = make_volunteer(world.township, law, mind, name="李志华")
    for weekday, part in ((1, "afternoon"), (6, "morning")):
        Availability.objects.create(volunteer=person, weekday=weekday, daypart=part)
    client = signed_in(world.secretary)
    head = ("编号", "姓名", "特长", "服务时间")
    batch = upload(client, world.township, xlsx(head, (person.number, "李志华", "普法", "周六上午")))
    page = client.get(page_of(batch)).content.decode()
    assert "特长：普法、心理 → 普法" in page
    assert "服务时间：周一下午；周六上午 → 周六上午" in page

    kept = Availability.objects.get(weekday=6).pk
    client.post(page_of(batch, "commit"))
    assert [(time.pk, time.weekday) for time in person.availabilities.all()] == [(kept, 6)]
    said = " ".join(history_of_person(person).steps[0].facts)
    assert "心理" in said
    assert "普法" not in said


def test_a_number_without_its_last_digits_comes_back_as_the_number_that_it_was(world: World) -> None:
    """As text it would be eighteen digits that nobody typed."""
    client = signed_in(world.secretary)
    content = xlsx(("姓名", "证件号码", "类别"), ("张三", 510824195806100000, "老教师"))
    batch = upload(client, world.township, content)
    sheet = load_workbook(io.BytesIO(b"".join(client.get(page_of(batch, "error_file"))))).active
    assert sheet is not None
    assert (sheet["B2"].value, sheet["B2"].data_type) == (float(510824195806100000), "n")
