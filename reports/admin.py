"""Evaluation schemes in the browser admin: a county edits the thresholds of a year until its sheets are scored."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from orgs.admin_site import ScopedAdmin
from orgs.enums import Action, UnitKind
from reports.forms import SchemeItemForm
from reports.models import Evaluation, Scheme, SchemeItem


class _SchemeAdmin(ScopedAdmin):
    """A scheme is frozen for its year: once a unit was scored by it, it can only be read."""

    view_action = Action.VIEW_EVALUATION
    edit_action = Action.MANAGE_NETWORK

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and self._is_used(obj))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A scheme is a county's; items are added to schemes that nothing was scored by."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "county":
            field.queryset = field.queryset.filter(kind=UnitKind.COUNTY)
        if db_field.name == "scheme":
            field.queryset = field.queryset.filter(evaluations=None)
        return field

    def _is_used(self, obj: Any) -> bool:
        scheme = obj if isinstance(obj, Scheme) else obj.scheme
        return Evaluation.objects.filter(scheme=scheme).exists()


@admin.register(Scheme)
class SchemeAdmin(_SchemeAdmin):
    unit_path = "county"
    autocomplete_fields = ("county",)
    list_display = ("name", "year", "county", "unit_kind", "bonus_cap")
    list_filter = ("year", "unit_kind")
    list_select_related = ("county",)
    search_fields = ("name",)


@admin.register(SchemeItem)
class SchemeItemAdmin(_SchemeAdmin):
    unit_path = "scheme__county"
    form = SchemeItemForm
    autocomplete_fields = ("scheme",)
    list_display = ("position", "heading", "name", "maximum", "rule", "scheme")
    list_filter = ("scheme__year", "rule")
    list_select_related = ("scheme",)
    search_fields = ("name", "heading")
