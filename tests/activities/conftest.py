from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.activities.factories import World


@pytest.fixture
def world(db: None) -> "World":
    """One county with two townships; see tests/activities/factories.py."""
    # A conftest may be read before Django is set up.
    from tests.activities.factories import make_world

    return make_world()
