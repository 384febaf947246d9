"""The browser admin, scoped by `orgs.scope` like every other surface."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponse

from orgs.enums import Action
from orgs.models import Unit
from orgs.scope import allows, branch_q, may, units_for


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
        """A unit can be chosen only where the user may edit, another record only where its own admin shows it.

        A forged id fails as "not one of the choices".
        """
        related = self.admin_site._registry.get(db_field.related_model)
        if db_field.related_model is Unit:
            kwargs["queryset"] = units_for(request.user, self.edit_action)
        elif isinstance(related, ScopedAdmin):
            kwargs["queryset"] = related.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _allows(self, request: HttpRequest, action: Action, obj: Any) -> bool:
        if obj is None or self.unit_path is None:
            return may(request.user, action)
        unit = obj
        for name in filter(None, self.unit_path.split("__")):
            unit = getattr(unit, name)
        return allows(request.user, action, unit)
