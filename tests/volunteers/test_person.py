"""One person on the roster: the page, the looks at what is secret."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from guanai.models import ViewLog
from orgs.enums import Role
from orgs.models import Unit
from tests.factories import (
    make_activity,
    make_appointment,
    make_member,
    make_team,
    make_unit,
    make_volunteer,
)
from tests.volunteers.pages import LIST, page_of, signed_in
from volunteers.models import TeamMember

pytestmark = pytest.mark.django_db


def test_a_person_with_posts_teams_and_talks(township: Unit) -> None:
    person = make_volunteer(township, name="杜承志", former_post="县教育局副局长")
    make_appointment(township, person, post="member")
    team = make_team(township, name="亭子镇宣讲团")
    TeamMember.objects.create(team=team, volunteer=person, starts_on=datetime.date(2022, 1, 1), leads=True)
    make_activity(township, name="红军故事进校园", speakers=[person])
    page = signed_in(township).get(page_of(person)).content.decode()
    for words in ("杜承志", "县教育局副局长", "委员", "亭子镇宣讲团", "领衔人", "红军故事进校园"):
        assert words in page
    for secret in (person.id_number, person.phone, person.address):
        assert secret not in page


def test_a_stranger_gets_404(township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township))
    client = signed_in(township)
    for name in ("detail", "edit"):
        assert client.get(reverse(f"volunteers:volunteer_{name}", args=[stranger.pk])).status_code == 404
    reveal = reverse("volunteers:volunteer_reveal", args=[stranger.pk, "phone"])
    assert client.post(reveal, {"reason": "核对身份"}).status_code == 404
    assert not ViewLog.objects.exists()


def test_a_reader_who_may_not_write_gets_403(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township, Role.CLERK)
    assert client.get(page_of(person)).status_code == 200
    assert "查看电话" not in client.get(page_of(person)).content.decode()
    assert client.get(reverse("volunteers:volunteer_edit", args=[person.pk])).status_code == 403
    assert client.post(reverse("volunteers:volunteer_reveal", args=[person.pk, "phone"])).status_code == 403
    assert client.get(f"{LIST}new/").status_code == 403


def test_a_reader_here_and_writer_elsewhere_gets_403_here(township: Unit) -> None:
    village, person = make_unit(township), make_volunteer(township)
    user = make_member(township, Role.CLERK)
    make_member(village, Role.SECRETARY)
    from tests.factories import grant

    grant(user, village, Role.SECRETARY)
    client = Client()
    client.force_login(user)
    assert client.get(page_of(person)).status_code == 200
    assert client.get(reverse("volunteers:volunteer_edit", args=[person.pk])).status_code == 403
    assert client.get(reverse("volunteers:volunteer_reveal", args=[person.pk, "phone"])).status_code == 403


SECRETS = {"id_number": "id_number", "phone": "phone", "address": "address", "birth_date": "birth_date"}


@pytest.mark.parametrize("field", SECRETS)
def test_a_look_is_noted_and_shows_one_value_once(township: Unit, field: str) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    url = reverse("volunteers:volunteer_reveal", args=[person.pk, field])
    clear = {
        "id_number": person.id_number,
        "phone": person.phone,
        "address": person.address,
        "birth_date": f"{person.birth_date:%Y}年",
    }
    asked = client.get(url)
    assert clear[field] not in asked.content.decode()
    assert not ViewLog.objects.exists()

    shown = client.post(url, {"reason": "核对身份"}, REMOTE_ADDR="10.0.0.7")
    page = shown.content.decode()
    assert shown.status_code == 200
    assert clear[field] in page
    assert ("tel:" in page) == (field == "phone")
    assert [name for name, value in clear.items() if value in page] == [field]
    assert "no-store" in shown.headers["Cache-Control"]
    look = ViewLog.objects.get()
    assert (look.record, look.record_id, look.field) == ("volunteers.volunteer", person.pk, field)
    assert (look.reason, look.address) == ("核对身份", "10.0.0.7")
    assert clear[field] not in client.get(page_of(person)).content.decode()


@pytest.mark.parametrize("answer", [{}, {"reason": "随便看看"}, {"reason": "其他"}, {"reason": ""}])
def test_without_a_reason_nothing_is_shown(township: Unit, answer: dict[str, str]) -> None:
    person = make_volunteer(township)
    url = reverse("volunteers:volunteer_reveal", args=[person.pk, "phone"])
    response = signed_in(township).post(url, answer)
    assert person.phone not in response.content.decode()
    assert not ViewLog.objects.exists()


def test_other_fields_have_no_such_page(township: Unit) -> None:
    person = make_volunteer(township)
    for field in ("name", "id_index", "password"):
        assert signed_in(township).get(f"{page_of(person)}reveal/{field}/").status_code == 404


def test_who_looked_is_shown_to_who_may_look(township: Unit) -> None:
    person = make_volunteer(township)
    client = signed_in(township)
    client.post(f"{page_of(person)}reveal/phone/", {"reason": "其他", "note": "通知开会"})
    assert "其他：通知开会" in client.get(page_of(person)).content.decode()
    assert "通知开会" not in signed_in(township, Role.CLERK).get(page_of(person)).content.decode()
