"""What the tests of the roster's pages share."""

from django.test import Client
from django.urls import reverse

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_member
from volunteers.models import Volunteer

LIST = "/volunteers/"


def signed_in(unit: Unit, role: str = Role.SECRETARY) -> Client:
    client = Client()
    client.force_login(make_member(unit, role))
    return client


def page_of(person: Volunteer) -> str:
    return reverse("volunteers:volunteer_detail", args=[person.pk])
