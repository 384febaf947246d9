"""The health check, with a database that answers and with one that does not."""

import pytest
from django.db import connection
from django.test import Client


@pytest.mark.django_db(transaction=True)
def test_says_what_works_to_anybody(client: Client) -> None:
    response = client.get("/health/")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "cache": "ok"}


@pytest.mark.django_db(transaction=True)
def test_fails_without_the_database_and_tells_nothing_of_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # The check opens a connection of its own, in a thread of its own.
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")

    response = client.get("/health/", {"format": "text"})

    assert response.status_code == 500
    assert response.json() == {"database": "failed", "cache": "ok"}
    assert b"nonexistent" not in response.content
