from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def seal_files_here(settings: Settings, tmp_path: Path) -> list[Path]:
    """Two files outside the database that are this test's own."""
    paths = [tmp_path / "here" / "seals.log", tmp_path / "elsewhere.log"]
    settings.SEAL_FILES = paths
    return paths


@pytest.fixture
def sealed_trail(seal_files_here: list[Path]) -> None:
    """Two seals of every stream."""
    # Imported late: pytest reads this file before Django is set up when it is called for this directory alone.
    from tests.guanai.sealed import make_sealed_trail

    make_sealed_trail()
