"""年度核对: who was not looked at this year, confirmed by a tick or put right."""

import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from guanai.trail import history_of
from orgs.models import Unit
from tests.factories import make_unit, make_volunteer, seen
from tests.volunteers.pages import page_of, signed_in

pytestmark = pytest.mark.django_db
CHECK = "/volunteers/check/"
YEAR = timezone.localdate().year


def names(client: Client, query: str = "") -> list[str]:
    return [person.name for person in client.get(f"{CHECK}{query}").context["listing"].page]


def test_who_waits_is_ticked_or_put_right_and_then_done(township: Unit) -> None:
    first, second = make_volunteer(township, name="张一"), make_volunteer(township, name="李二")
    make_volunteer(township, name="新来的", joined_on=datetime.date(YEAR, 1, 5))
    make_volunteer(township, name="走了的", status="left", left_on=datetime.date(2024, 5, 1))
    make_volunteer(township, name="核过的", checked_on=datetime.date(YEAR, 2, 1))
    make_volunteer(make_unit(township.parent or township, name="云峰镇"), name="外乡人")
    client = signed_in(township)
    assert sorted(names(client)) == ["张一", "李二"]
    assert f"{YEAR} 年还有 2 人没有核对" in client.get(CHECK).content.decode()

    told = client.post(f"{CHECK}confirm/", {"person": [first.pk], "query": "kind=teacher"}, follow=True)
    assert "已核对 1 人" in told.content.decode()
    assert told.redirect_chain[-1][0] == f"{CHECK}?kind=teacher"
    first.refresh_from_db()
    assert first.checked_on == timezone.localdate()
    assert history_of(first)[0].changes == {"checked_on": [None, f"{timezone.localdate()}"]}

    kept = {"unit": township.code, "name": "李二", "kind": "cadre", "joined_on": "2020-01-01", "status": "active"}
    edit = f"{page_of(second)}edit/?next={quote(f'{CHECK}?kind=teacher', safe='')}"
    assert edit in client.get(f"{CHECK}?kind=teacher").content.decode()
    assert client.post(edit, kept | seen(second)).headers["Location"] == f"{CHECK}?kind=teacher"
    second.refresh_from_db()
    assert (second.kind, second.checked_on) == ("cadre", timezone.localdate())
    assert names(client) == []
    done = client.get(CHECK).content.decode()
    assert "今年都核对过了" in done
    assert '<a class="btn btn-plain" href="/volunteers/">看名册</a>' in done


def test_an_open_form_of_a_person_stays_good_when_a_colleague_confirms(township: Unit) -> None:
    person = make_volunteer(township)
    version = seen(person)
    client = signed_in(township)
    client.post(f"{CHECK}confirm/", {"person": [person.pk]})
    kept = {"unit": township.code, "name": "改名", "kind": "cadre", "joined_on": "2020-01-01", "status": "active"}
    assert client.post(f"{page_of(person)}edit/", kept | version).status_code == 302


def test_a_page_holds_as_many_as_are_confirmed_at_once(township: Unit) -> None:
    for _ in range(21):
        make_volunteer(township)
    client = signed_in(township)
    assert (len(names(client)), len(names(client, "?page=2"))) == (20, 1)
    page = client.get(CHECK).content.decode()
    assert "勾选本页</button>" in page
    assert '<form class="savebar' in page


def test_nobody_of_another_branch_is_confirmed(township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township, name="云峰镇"))
    client = signed_in(township)
    assert client.post(f"{CHECK}confirm/", {"person": [stranger.pk]}).status_code == 403
    for nobody in ("x", "9" * 30):
        assert client.post(f"{CHECK}confirm/", {"person": [nobody]}).status_code == 404
    assert "没有勾选" in client.post(f"{CHECK}confirm/", follow=True).content.decode()
    stranger.refresh_from_db()
    assert stranger.checked_on is None


def test_the_list_costs_the_same_for_few_and_many(township: Unit, django_assert_max_num_queries: Any) -> None:
    client = signed_in(township)
    counts = []
    for more in (2, 20):
        for _ in range(more):
            make_volunteer(township)
        client.get(CHECK)
        with django_assert_max_num_queries(20) as captured:
            client.get(CHECK)
        counts.append(len(captured))
    assert counts[0] == counts[1]
