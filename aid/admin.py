"""Only accounts are kept in the admin. Child, consent and ledger are not registered: they have pages of their own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from aid.models import FundAccount
from orgs.admin_site import ScopedAdmin
from orgs.enums import Action


@admin.register(FundAccount)
class FundAccountAdmin(ScopedAdmin):
    """The office opens accounts; who handles money does so on the pages of the fund."""

    view_action = Action.VIEW_FUND
    edit_action = Action.MANAGE_NETWORK
    list_display = ("name", "unit", "purpose", "opened_on")
    list_filter = ("purpose",)
    list_select_related = ("unit",)
    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An account stays where its entries were posted."""
        return ("unit",) if obj else ()
