"""An import as the API gives it: masked as its page is."""

from typing import Any

from rest_framework import serializers

from guanai.enums import JobState
from volunteers.enums import ImportState, ImportWork
from volunteers.imports.preview import from_text
from volunteers.imports.tables import LARGEST
from volunteers.models import RosterImport
from volunteers.services.imports import outline_of

# So many errors are told one by one; the page's download has them all.
MOST_ERRORS = 1000


class RosterUploadSerializer(serializers.Serializer[RosterImport]):
    """A spreadsheet, and the unit in whose branch its people stand."""

    unit = serializers.CharField(
        max_length=24, help_text="code of the unit where people are registered whose row names none"
    )
    file = serializers.FileField(help_text=".xlsx, .xls, .ods or .csv, 20 MB at most", max_length=200)

    def validate_file(self, file: object) -> object:
        if getattr(file, "size", 0) > LARGEST:
            raise serializers.ValidationError("文件超过 20 MB，请分成几个文件。")
        return file


class WorkSerializer(serializers.Serializer[dict[str, Any]]):
    """The last step given to a worker."""

    step = serializers.ChoiceField(choices=ImportWork.choices)
    state = serializers.ChoiceField(choices=JobState.choices)
    error = serializers.CharField(help_text="why the step failed, in Chinese; else empty")


class ColumnSerializer(serializers.Serializer[dict[str, Any]]):
    """A column of the file."""

    heading = serializers.CharField()
    field = serializers.CharField(help_text="what the column means; empty where it is left out")


class CountsSerializer(serializers.Serializer[dict[str, Any]]):
    """Rows by what committing would do, or has done."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    wrong = serializers.IntegerField()


class RowErrorSerializer(serializers.Serializer[dict[str, Any]]):
    """Why a row is left out."""

    row = serializers.IntegerField(help_text="as the spreadsheet counts them")
    column = serializers.CharField()
    reason = serializers.CharField()


class RosterImportSerializer(serializers.Serializer[dict[str, Any]]):
    """An import, its last step, and what was found (`described`)."""

    id = serializers.IntegerField()
    unit_code = serializers.CharField()
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ImportState.choices, help_text="what has become of the rows")
    work = WorkSerializer(allow_null=True)
    columns = ColumnSerializer(many=True, help_text="empty until the file is read")
    counts = CountsSerializer(allow_null=True, help_text="null until the file is checked")
    row_errors = RowErrorSerializer(many=True, help_text=f"in the order of the file, {MOST_ERRORS} at most")
    row_error_count = serializers.IntegerField(help_text="how many there are")
    committed_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


def described(batch: RosterImport) -> dict[str, Any]:
    """An import as `RosterImportSerializer` gives it."""
    job = batch.job
    preview = from_text(batch.found) if batch.found else None
    problems = preview.problems if preview else ()
    told = sorted((row, one.column, one.reason) for one in problems for row in one.numbers[:MOST_ERRORS])
    names = outline_of(batch).headings if batch.outline else ()
    counted = batch if batch.committed_at else preview
    return {
        "id": batch.pk,
        "unit_code": batch.unit.code,
        **{name: getattr(batch, name) for name in ("created_at", "state", "committed_at", "undone_at")},
        "work": {"step": job.parameters["work"], "state": job.state, "error": job.error} if job else None,
        "columns": [{"heading": name, "field": field} for name, field in zip(names, batch.fields, strict=False)],
        "counts": counted and {name: getattr(counted, name) for name in ("new", "changed", "same", "wrong")},
        "row_errors": [dict(zip(("row", "column", "reason"), one, strict=True)) for one in told[:MOST_ERRORS]],
        "row_error_count": sum(problem.count for problem in problems),
    }
