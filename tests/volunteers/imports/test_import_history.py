"""The history of a person says where an import was at work."""

import pghistory
import pytest

from tests.factories import make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from tests.volunteers.imports.test_import_pages import World, page_of, signed_in, upload
from volunteers.models import Volunteer
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
