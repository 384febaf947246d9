from typing import Any

import pytest


@pytest.fixture
def township(db: None) -> Any:
    # Imported late: pytest reads this file before Django is set up when it is called for this directory alone.
    from tests.factories import make_county, make_unit

    return make_unit(make_county(), name="亭子镇", code="510824105")
