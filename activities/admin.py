"""Taxonomies, venues and the smaller records in the browser admin, each limited to the user's branches.

Activities, meetings and papers can only be read here; they are written on their pages.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from activities.models import Activity, Meeting, Paper, PaperDeadline, Partner, Programme, Publication, Theme, Venue
from orgs.admin_site import ScopedAdmin
from orgs.enums import Action


class TaxonomyAdmin(ScopedAdmin):
    """Lists that the county's office edits for everybody."""

    view_action = Action.MANAGE_NETWORK
    edit_action = Action.MANAGE_NETWORK
    unit_path = None
    search_fields: ClassVar[tuple[str, ...]] = ("name",)


@admin.register(Theme)
class ThemeAdmin(TaxonomyAdmin):
    list_display = ("name", "group", "nature", "position")
    list_filter = ("group", "nature")
    autocomplete_fields = ("specialities",)


@admin.register(Programme)
class ProgrammeAdmin(TaxonomyAdmin):
    list_display = ("name", "position")


@admin.register(Partner)
class PartnerAdmin(TaxonomyAdmin):
    list_display = ("name", "unit", "position")
    list_select_related = ("unit",)
    autocomplete_fields = ("unit",)


@admin.register(PaperDeadline)
class PaperDeadlineAdmin(TaxonomyAdmin):
    list_display = ("kind", "month", "day")
    search_fields = ()


class RecordAdmin(ScopedAdmin):
    """Records of a unit."""

    view_action = Action.VIEW_ACTIVITIES
    edit_action = Action.RECORD_ACTIVITIES
    list_select_related: ClassVar[tuple[str, ...]] = ("unit",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("unit",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "unit__name")


class ReadRecordAdmin(RecordAdmin):
    """Records with pages of their own: numbers, versions, states and reviews are the services' business."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Venue)
class VenueAdmin(RecordAdmin):
    list_display = ("name", "kind", "unit", "is_model", "opened_on", "closed_on")
    list_filter = ("kind", "is_model")


@admin.register(Activity)
class ActivityAdmin(ReadRecordAdmin):
    list_display = ("number", "name", "unit", "theme", "held_on", "young_people", "state")
    list_filter = ("state", "form", "theme")
    list_select_related = ("unit", "theme")
    date_hierarchy = "held_on"
    search_fields = ("number", "name", "unit__name")
    formfield_overrides: ClassVar[dict[type[models.Field[Any, Any]], dict[str, Any]]] = {
        models.URLField: {"assume_scheme": "https"}
    }
    autocomplete_fields = (
        "unit",
        "theme",
        "venue",
        "co_hosts",
        "partners",
        "programmes",
        "speakers",
        "participants",
    )


@admin.register(Meeting)
class MeetingAdmin(ReadRecordAdmin):
    list_display = ("name", "kind", "unit", "held_on", "attendance")
    list_filter = ("kind",)
    date_hierarchy = "held_on"


@admin.register(Paper)
class PaperAdmin(ReadRecordAdmin):
    list_display = ("unit", "year", "kind", "state", "filed_on")
    list_filter = ("year", "kind", "state")
    search_fields = ("unit__name",)


@admin.register(Publication)
class PublicationAdmin(RecordAdmin):
    list_display = ("name", "kind", "unit", "published_on", "adopted_by")
    list_filter = ("kind",)
    date_hierarchy = "published_on"
