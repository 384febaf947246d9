from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from orgs.models import User

pytestmark = pytest.mark.django_db

LIFE = timedelta(minutes=30)


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(User.objects.create_user("reader", password=None, name="读者"))
    return client


def end_in(left: timedelta) -> None:
    Session.objects.update(expire_date=timezone.now() + left)


def end() -> datetime:
    return Session.objects.get().expire_date


def test_a_session_just_written_is_not_written_again(client: Client) -> None:
    end_in(LIFE - timedelta(seconds=30))
    before = end()
    assert client.get("/account/").status_code == 200
    assert end() == before


def test_use_keeps_a_session_alive(client: Client) -> None:
    end_in(timedelta(minutes=2))
    client.get("/account/")
    assert end() > timezone.now() + LIFE - timedelta(minutes=1)


def test_an_idle_session_ends(client: Client) -> None:
    end_in(timedelta(seconds=-1))
    assert client.get("/account/").status_code == 302
