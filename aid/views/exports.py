"""Each list as a workbook: exactly the rows of the filter, masked like the page."""

from django.http import FileResponse, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid.exporters import ListFile, children_file, donations_file, entries_file, grants_file, pairings_file
from aid.forms import ChildFilterForm, DonationFilterForm, EntryFilterForm, GrantFilterForm, PairingFilterForm
from aid.queries import children_for_user, donations_for_user, entries_for_user, grants_for_user, pairings_for_user
from aid.rules import helper_name
from guanai.access import needs
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import User
from orgs.scope import user_of


def workbook(user: User, file: ListFile) -> FileResponse:
    """The list as a download."""
    return sent_list(
        user, file.name, file.columns, file.rows, title="名单", stem=file.name, measure="元", total=file.total
    )


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def child_export(request: HttpRequest) -> FileResponse:
    user = user_of(request)
    rows = ChildFilterForm(request.GET, user=user).narrow(children_for_user(user))
    return workbook(user, children_file(rows))


@needs(Action.VIEW_CHILDREN)
@require_safe
@never_cache
def pairing_export(request: HttpRequest) -> FileResponse:
    user = user_of(request)
    rows = PairingFilterForm(request.GET, user=user).narrow(pairings_for_user(user))
    return workbook(user, pairings_file(rows, helper_name(user)))


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def donation_export(request: HttpRequest) -> FileResponse:
    user = user_of(request)
    rows = DonationFilterForm(request.GET, user=user).narrow(donations_for_user(user))
    return workbook(user, donations_file(rows))


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def grant_export(request: HttpRequest) -> FileResponse:
    user = user_of(request)
    rows = GrantFilterForm(request.GET, user=user).narrow(grants_for_user(user))
    return workbook(user, grants_file(rows))


@needs(Action.VIEW_FUND)
@require_safe
@never_cache
def entry_export(request: HttpRequest) -> FileResponse:
    user = user_of(request)
    rows = EntryFilterForm(request.GET, user=user).narrow(entries_for_user(user))
    return workbook(user, entries_file(rows))
