from typing import Any

import pytest


@pytest.fixture
def township(db: None) -> Any:
    # Imported late: pytest reads this file before Django is set up when it is called for this directory alone.
    from tests.factories import make_county, make_unit

    return make_unit(make_county(), name="亭子镇", code="510824105")


@pytest.fixture
def village(township: Any) -> Any:
    from tests.factories import make_unit

    return make_unit(township, name="长江村村民委员会", code="510824105209")


@pytest.fixture
def secretary(township: Any, village: Any) -> Any:
    """The township's secretary, whose branch has the village in it."""
    from orgs.enums import Role
    from orgs.models import Unit
    from tests.factories import make_member

    return make_member(Unit.objects.get(pk=township.pk), Role.SECRETARY)


@pytest.fixture
def pair(township: Any, village: Any) -> Any:
    """One person twice: with an identity number in the village, without one in the township."""
    from tests.volunteers.twice import make_pair

    return make_pair(township, village)


@pytest.fixture
def town(db: None) -> Any:
    from tests.volunteers.searching import make_town

    return make_town()
