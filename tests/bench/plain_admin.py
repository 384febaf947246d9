"""The stock admin as one would write it in an hour: the columns of our lists, fifty rows, no query per row."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin

from volunteers.models import Volunteer


class PlainAdmin(ImportExportModelAdmin):  # type: ignore[misc]  # a library without types
    list_per_page = 50


class PlainVolunteerAdmin(PlainAdmin):
    list_display = (
        "name",
        "sex",
        "age",
        "kind",
        "named_specialities",
        "named_times",
        "unit",
        "masked_id",
        "masked_phone",
        "status",
    )
    list_filter: tuple[Any, ...] = ("kind", "status", "is_core", "specialities")
    list_select_related = ("unit",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Volunteer]:
        people: QuerySet[Volunteer] = super().get_queryset(request)
        return people.prefetch_related("specialities", "availabilities")

    def named_specialities(self, person: Volunteer) -> str:
        return "、".join(speciality.name for speciality in person.specialities.all())

    def named_times(self, person: Volunteer) -> str:
        return "、".join(str(time) for time in person.availabilities.all())


class PlainActivityAdmin(PlainAdmin):
    list_display = (
        "number",
        "name",
        "unit",
        "theme",
        "form",
        "held_on",
        "where",
        "sessions",
        "young_people",
        "others",
        "state",
    )
    list_filter: tuple[Any, ...] = ("theme", "form", "state")
    list_select_related = ("unit", "theme", "venue")
    search_fields = ("name",)
