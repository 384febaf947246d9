"""A list as an Excel file, written beside the request in chunks and then sent."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.http import FileResponse
from django.utils import timezone

from guanai.sheets import Column, UnitLine, Value, stream_list
from orgs.models import User
from orgs.scope import home_unit


def sent_list(
    user: User,
    heading: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    title: str = "",
    stem: str = "",
    measure: str = "",
    total: Sequence[Value] | None = None,
) -> FileResponse:
    """The rows under the heading and the name of the user's committee, as a download.

    `title` is that of the sheet, `stem` the file's name before its day; without them both follow from the heading.
    """
    today = timezone.localdate()
    unit = home_unit(user)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        stream_list(
            path,
            heading=heading,
            columns=columns,
            rows=rows,
            unit_line=UnitLine(unit.committee_name if unit else "", today, measure),
            total=total,
            title=title or heading,
            dated=today,
        )
        # The open file outlives its name.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{stem or f'{heading}-'}{today:%Y%m%d}.xlsx")
