from typing import Any

from import_export.admin import ImportExportModelAdmin


class PlainAdmin(ImportExportModelAdmin):  # type: ignore[misc]  # a library without types
    list_per_page = 50


class PlainVolunteerAdmin(PlainAdmin):
    list_display = ("name", "sex", "birth_year", "kind", "former_post", "unit", "masked_id", "masked_phone", "status")
    list_filter: tuple[Any, ...] = ("kind", "status", "is_core", "specialities")
    list_select_related = ("unit",)
    search_fields = ("name",)


class PlainActivityAdmin(PlainAdmin):
    list_display = ("number", "name", "unit", "theme", "form", "held_on", "sessions", "young_people", "state")
    list_filter: tuple[Any, ...] = ("theme", "form", "state")
    list_select_related = ("unit", "theme")
    search_fields = ("name",)
    date_hierarchy = None
