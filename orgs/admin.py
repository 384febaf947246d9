"""The network and the accounts in the browser admin. The tree itself changes by the services alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from orgs.admin_site import ScopedAdmin
from orgs.enums import Action
from orgs.models import Membership, Unit, User
from orgs.scope import allows, branch_q, may, user_of
from orgs.services import check_role, grant_role

# Django's groups grant nothing here: roles on branches decide.
admin.site.unregister(Group)


@admin.register(Unit)
class UnitAdmin(ScopedAdmin):
    """Only to be looked up and chosen: units change by document on the pages of the network.

    Who manages accounts sees the units too: a role is granted on one of them.
    """

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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        user = request.user
        seen = branch_q(user, Action.VIEW_NETWORK, path="") | branch_q(user, Action.MANAGE_ACCOUNTS, path="")
        return Unit.objects.filter(seen).order_by(*self.ordering)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Action.VIEW_NETWORK)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(self._allows(request, action, obj) for action in (Action.VIEW_NETWORK, Action.MANAGE_ACCOUNTS))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipForm(forms.ModelForm[Membership]):
    """Says at once what `grant_role` refuses; an end put off is checked like a role granted anew."""

    class Meta:
        model = Membership
        fields = ("user", "unit", "role", "starts_on", "ends_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            names = ("user", "unit", "role", "starts_on", "ends_on")
            # Those that are only shown are not in the form.
            role: dict[str, Any] = {name: cleaned.get(name, getattr(self.instance, name, None)) for name in names}
            check_role(**role)
        return cleaned


@admin.register(Membership)
class MembershipAdmin(ScopedAdmin):
    """A role is granted, and ended by a date; it is never rewritten into another one."""

    view_action = Action.MANAGE_ACCOUNTS
    edit_action = Action.MANAGE_ACCOUNTS
    form = MembershipForm
    autocomplete_fields = ("user", "unit")
    list_display = ("user", "unit", "role", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("user", "unit")
    search_fields = ("user__username", "unit__name", "unit__code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user", "unit", "role", "starts_on") if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Membership,
        form: forms.ModelForm[Membership],
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        if change:
            obj.save(update_fields=["ends_on"])
            return
        granted = grant_role(user=obj.user, unit=obj.unit, role=obj.role, starts_on=obj.starts_on, ends_on=obj.ends_on)
        obj.pk = granted.pk


class AccountCreationForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("username", "name")


class AccountChangeForm(UserChangeForm[User]):
    class Meta:
        model = User
        fields = ("username", "name", "is_active")


@admin.register(User)
class AccountAdmin(ScopedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """Accounts of the branches that somebody manages, and new ones that hold no role yet.

    Django's own permissions (staff, superuser, groups) mean nothing here and are not shown: roles decide.
    """

    view_action = Action.MANAGE_ACCOUNTS
    edit_action = Action.MANAGE_ACCOUNTS
    unit_path = None
    form = AccountChangeForm
    add_form = AccountCreationForm
    fieldsets = ((None, {"fields": ("username", "password", "name", "is_active", "last_login", "date_joined")}),)
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "name", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    list_display = ("username", "name", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("username", "name")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        managed = branch_q(request.user, Action.MANAGE_ACCOUNTS, "memberships__unit")
        # `branch_q` of nobody is "no row"; without it an account without a role would be everybody's.
        if not may(request.user, Action.MANAGE_ACCOUNTS):
            return User.objects.none()
        ids = User.objects.filter(managed | Q(memberships=None)).values("pk")
        return User.objects.filter(pk__in=ids).order_by(*self.ordering)

    def _allows(self, request: HttpRequest, action: Action, obj: Any) -> bool:
        if obj is None:
            return may(request.user, action)
        units = [membership.unit for membership in obj.memberships.select_related("unit")]
        user = user_of(request)
        # All of them: who manages one branch must not take over the account of somebody who also works for another.
        return all(allows(user, action, unit) for unit in units) if units else may(user, action)
