"""No page with persons on it stays in the browser of an office's shared computer."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orgs.enums import Role
from tests.access_table import TABLE, make_side
from tests.factories import grant, make_county, make_member

pytestmark = pytest.mark.django_db
PERSONAL = ("aid:", "volunteers:")


def test_pages_and_files_about_persons_are_not_kept(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    county = make_county()
    side = make_side(county, "内乡", "510824901")
    user = make_member(county, Role.COUNTY_OFFICE)
    grant(user, county, Role.FUND_MANAGER)
    client = Client()
    client.force_login(user)
    kept = []
    for row in TABLE:
        if not row.name.startswith(PERSONAL) or "get" not in row.methods:
            continue
        target = row.target(side, user) if row.target else {}
        response = client.get(reverse(row.name, kwargs={**row.fixed, **target}))
        response.getvalue()  # read to its end, a file is closed
        assert response.status_code == 200, row.name
        if "no-store" not in response.headers.get("Cache-Control", ""):
            kept.append(row.name)
    assert kept == []
