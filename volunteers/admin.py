"""The roster in the browser admin. Personal values are neither shown nor edited here; people are registered on the
roster's own pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from guanai.edits import parse_seen
from orgs.admin_site import ScopedAdmin, ScopedInline, SeenModelForm
from orgs.enums import Action
from orgs.scope import user_of
from volunteers.models import Appointment, Speciality, Team, TeamMember, Volunteer
from volunteers.services import update_volunteer


@admin.register(Speciality)
class SpecialityAdmin(ScopedAdmin):
    """Read only, to choose from: renaming and merging are steps of their own, on the page of the lists."""

    view_action = Action.VIEW_ROSTER
    edit_action = Action.MANAGE_NETWORK
    unit_path = None
    list_display = ("name", "position")
    search_fields = ("name",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Volunteer)
class VolunteerAdmin(ScopedAdmin):
    view_action = Action.VIEW_ROSTER
    edit_action = Action.EDIT_ROSTER
    readonly_fields = (
        "number",
        "unit",
        "name",
        "sex",
        "birth_year",
        "status",
        "joined_on",
        "left_on",
        "left_reason",
    )
    editable = ("kind", "is_core", "former_post")
    # Neither identity number, phone, address nor birth date is among them.
    form = SeenModelForm
    fields = (*readonly_fields, *editable, "specialities", "seen")
    autocomplete_fields = ("specialities",)
    list_display = ("number", "name", "unit", "kind", "is_core", "status")
    list_filter = ("kind", "status", "is_core")
    list_select_related = ("unit",)
    search_fields = ("number", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Volunteer]:
        """Without the rows that were merged into others: they can be neither changed nor chosen."""
        return super().get_queryset(request).filter(merged_into=None)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def option_label(self, row: Any) -> str:
        return f"{row.name} · {row.number}"

    def save_model(
        self,
        request: HttpRequest,
        obj: Volunteer,
        form: forms.ModelForm[Volunteer],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        update_volunteer(
            volunteer=obj,
            by=user_of(request),
            seen=parse_seen(form.cleaned_data["seen"]),
            kind=form.cleaned_data["kind"],
            is_core=form.cleaned_data["is_core"],
            former_post=form.cleaned_data["former_post"],
        )


class TeamMemberInline(ScopedInline):
    model = TeamMember
    extra = 0
    fields = ("volunteer", "leads", "starts_on", "ends_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMember]:
        """With what each row is called by."""
        return super().get_queryset(request).select_related("team__unit", "volunteer")


@admin.register(Team)
class TeamAdmin(ScopedAdmin):
    """Read only: teams and who is in them are written on their pages, by their rules."""

    view_action = Action.VIEW_ROSTER
    edit_action = Action.EDIT_ROSTER
    inlines = (TeamMemberInline,)
    list_display = ("name", "kind", "unit", "founded_on", "dissolved_on")
    list_filter = ("kind",)
    list_select_related = ("unit",)
    search_fields = ("name", "unit__name")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def option_label(self, row: Any) -> str:
        return f"{row.name} · {row.unit.short_name}"


@admin.register(Appointment)
class AppointmentAdmin(ScopedAdmin):
    """Read only: who is appointed and dismissed by which document is recorded on the pages of posts, by its rules."""

    # It shows of a holder what the roster says.
    view_action = Action.VIEW_ROSTER
    edit_action = Action.EDIT_POSTS
    list_display = ("unit", "post", "document", "starts_on", "ends_on")
    list_filter = ("post",)
    list_select_related = ("unit",)
    search_fields = ("unit__name", "document")
    # The scans are served by the record's own page.
    exclude = ("scan", "dismissal_scan")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
