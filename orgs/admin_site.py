"""The browser admin, scoped by `orgs.scope` like every other surface."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from guanai.edits import ChangedError, check_seen, parse_seen
from guanai.keys import is_key
from orgs.enums import Action
from orgs.models import Unit
from orgs.scope import allows, branch_q, may, units_for

# With which lookups Django's own filters ask.
FILTER_ENDINGS = ("", "__exact", "__id__exact", "__isnull")


class ScopedAutocomplete(AutocompleteJsonView):
    """Django's search of related records, which asks the related admin for its rows; here also for their labels.

    Closed units are not offered: nothing new is given to them.
    """

    def get_queryset(self) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = super().get_queryset()
        return rows.filter(closed_on=None) if rows.model is Unit else rows

    def serialize_result(self, obj: models.Model, to_field_name: str) -> dict[str, str]:
        label = self.model_admin.option_label(obj) if isinstance(self.model_admin, ScopedAdmin) else str(obj)
        return {"id": str(getattr(obj, to_field_name)), "text": label}


class ScopedAdminSite(admin.AdminSite):
    site_header = "关工委管理后台"
    site_title = "关工委管理后台"
    index_title = "管理"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.USE_ADMIN)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in page."""
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        # A JsonResponse, always; as_view() only promises the base class.
        return cast("HttpResponse", ScopedAutocomplete.as_view(admin_site=self)(request))


class SeenModelForm(forms.ModelForm[Any]):
    """The admin's form of a record that pages change too: it carries the version that its writer had before them."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            check_seen(type(self.instance).objects.get(pk=self.instance.pk), parse_seen(cleaned.get("seen", "")))
        except ChangedError as changed:
            by = f"被 {changed.by.name} " if changed.by else ""
            at = f"{timezone.localtime(changed.at):%Y-%m-%d %H:%M}"
            raise forms.ValidationError(f"此记录已{by}于 {at} 修改，您的内容还没有存入。请重新打开再改。") from changed
        return cleaned


class KeySelect(AutocompleteSelect):
    """Django's own asks the database for whatever was sent when a form is shown again, also for what is no key."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, keys_among(value), attr)


class KeySelectMultiple(AutocompleteSelectMultiple):
    """The same for several."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        return super().optgroups(name, keys_among(value), attr)


def keys_among(values: Iterable[Any]) -> list[Any]:
    """What can be a key: digits that a column of the database can hold."""
    return [one for one in values if is_key(str(one))]


class ScopedAdmin(admin.ModelAdmin[Any]):
    """Rows of the user's branches only; nothing is ever deleted here.

    `unit_path` is the lookup from the model to its unit ("" where the model is the unit, None where the model
    belongs to no unit, such as a taxonomy).
    """

    view_action: ClassVar[Action]
    edit_action: ClassVar[Action]
    unit_path: ClassVar[str | None] = "unit"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        if self.unit_path is None:
            return rows
        return rows.filter(branch_q(request.user, self.view_action, self.unit_path))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the page itself offers: by any other field an address could ask whose number this is, and with
        other lookups (a range of one end, a pattern that is none) it could make the database fail."""
        filters = self.get_list_filter(request)
        names = [str(item[0] if isinstance(item, tuple | list) else item) for item in filters]
        offered = {f"{name}{ending}" for name in names for ending in FILTER_ENDINGS}
        if self.date_hierarchy:
            offered |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        return lookup in offered and super().lookup_allowed(lookup, value, request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, self.view_action)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.view_action, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.edit_action, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, self.edit_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.update(choices_in_scope(self.admin_site, db_field, request, self.edit_action))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.update(choices_in_scope(self.admin_site, db_field, request, self.edit_action))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeySelectMultiple(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def option_label(self, row: Any) -> str:
        """How a row is called where it is looked up to be chosen."""
        return str(row)

    def _allows(self, request: HttpRequest, action: Action, obj: Any) -> bool:
        if obj is None or self.unit_path is None:
            return may(request.user, action)
        unit = obj
        for name in filter(None, self.unit_path.split("__")):
            unit = getattr(unit, name)
        return allows(request.user, action, unit)


class ScopedInline(admin.TabularInline[Any, Any]):
    """Rows of a record that its own admin has let in: who may edit the record edits them, nobody deletes them."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.update(choices_in_scope(self.admin_site, db_field, request, self._parent.edit_action))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeySelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @property
    def _parent(self) -> ScopedAdmin:
        parent = self.admin_site._registry[self.parent_model]
        if not isinstance(parent, ScopedAdmin):
            raise TypeError(f"{self.parent_model.__name__} has no scoped admin")
        return parent


def choices_in_scope(site: admin.AdminSite, field: Any, request: HttpRequest, action: Action) -> dict[str, Any]:
    """Which records a relation may be set to: units where the user may edit, others that their own admin shows.

    A forged id then fails as "not one of the choices".
    """
    related = site._registry.get(field.related_model)
    if field.related_model is Unit:
        units = units_for(request.user, action)
        # Nothing new is given to a closed unit; a record that stands there may be edited where it stands.
        kept = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
        return {"queryset": units if kept else units.open()}
    return {"queryset": related.get_queryset(request)} if isinstance(related, ScopedAdmin) else {}
