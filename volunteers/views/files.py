"""A list as an Excel file, written beside the request and then sent."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.http import FileResponse
from django.utils import timezone

from guanai.sheets import Column, UnitLine, Value, stream_list
from orgs.models import User
from orgs.scope import home_unit


def sent_list(user: User, heading: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> FileResponse:
    today = timezone.localdate()
    unit = home_unit(user)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        stream_list(
            path,
            heading=heading,
            columns=columns,
            rows=rows,
            unit_line=UnitLine(unit.committee_name if unit else "", today, ""),
            title=heading,
            dated=today,
        )
        # The open file outlives its name.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{heading}-{today:%Y%m%d}.xlsx")
