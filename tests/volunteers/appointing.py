"""What the tests of the pages of posts share."""

import datetime
from typing import Any

from django.test import Client

from orgs.models import Unit

FOUNDED = datetime.date(2015, 3, 1)
LIST, NEW, EMPTY, RULES = "/appointments/", "/appointments/new/", "/vacancies/", "/post-rules/"
PDF = b"%PDF-1.7 a paper"


def entry(**fields: Any) -> dict[str, Any]:
    given = {
        "post": "director",
        "official": "何永兵",
        "document": "亭委发[2024]6号",
        "issued_by": "中共亭子镇委员会",
        "issued_on": "2024-05-06",
        "starts_on": "2024-05-06",
    }
    return {**given, **fields}


def create_url(unit: Unit) -> str:
    return f"{NEW}?unit={unit.code}"


def page_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def bytes_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)
