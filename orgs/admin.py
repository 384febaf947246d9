"""The network in the browser admin. The tree itself changes by the services alone; accounts have pages of their own."""

from typing import Any

import django.contrib.auth.admin  # noqa: F401 - registers the groups, which are taken out below
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from orgs.admin_site import ScopedAdmin
from orgs.enums import Action
from orgs.models import Unit, UnitYear
from orgs.services import set_conditions

# Django's groups grant nothing here: roles on branches decide.
admin.site.unregister(Group)


@admin.register(Unit)
class UnitAdmin(ScopedAdmin):
    """Only the conditions for a committee are edited here; name, kind and place change by document, in services."""

    view_action = Action.VIEW_NETWORK
    edit_action = Action.MANAGE_NETWORK
    unit_path = ""
    conditions = ("has_party_organisation", "has_veterans", "has_young_people")
    readonly_fields = (
        "parent",
        "code",
        "name",
        "kind",
        "committee_established_on",
        "committee_document",
        "closed_on",
        "successor",
    )
    fields = (*readonly_fields, *conditions)
    list_display = ("code", "name", "kind", "parent", "committee_established_on", "closed_on")
    list_filter = ("kind", *conditions)
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    ordering = ("tree_id", "lft")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Unit, form: forms.ModelForm[Unit], change: bool) -> None:  # noqa: FBT001 - Django's signature
        set_conditions(unit=obj, **{name: form.cleaned_data[name] for name in self.conditions})


@admin.register(UnitYear)
class UnitYearAdmin(ScopedAdmin):
    view_action = Action.VIEW_NETWORK
    edit_action = Action.MANAGE_NETWORK
    autocomplete_fields = ("unit",)
    list_display = ("unit", "year", "staff", "budget", "allowance_paid", "five_goods", "confirmed_on")
    list_filter = ("year", "five_goods", "allowance_paid")
    list_select_related = ("unit",)
    search_fields = ("unit__name", "unit__code")
