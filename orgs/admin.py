"""The network in the browser admin: to be looked up and chosen. It changes by document, on the pages of the network."""

from typing import Any

import django.contrib.auth.admin  # noqa: F401 - registers the groups, which are taken out below
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from orgs.admin_site import ScopedAdmin
from orgs.enums import Action
from orgs.models import Unit

# Django's groups grant nothing here: roles on branches decide.
admin.site.unregister(Group)


@admin.register(Unit)
class UnitAdmin(ScopedAdmin):
    view_action = Action.VIEW_NETWORK
    edit_action = Action.MANAGE_NETWORK
    unit_path = ""
    fields = (
        "parent",
        "code",
        "name",
        "kind",
        "has_party_organisation",
        "has_veterans",
        "has_young_people",
        "committee_established_on",
        "committee_document",
        "closed_on",
        "successor",
    )
    list_display = ("code", "name", "kind", "parent", "committee_established_on", "closed_on")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    ordering = ("tree_id", "lft")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
