"""Each list as a workbook: exactly the rows of the filter, masked like the page."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aid.exporters import ListFile, children_file, donations_file, entries_file, grants_file, pairings_file
from aid.forms import ChildFilterForm, DonationFilterForm, EntryFilterForm, GrantFilterForm, PairingFilterForm
from aid.queries import children_for_user, donations_for_user, entries_for_user, grants_for_user, pairings_for_user
from guanai.access import needs
from guanai.sheets import UnitLine, stream_list
from orgs.enums import Action
from orgs.models import User
from orgs.scope import home_unit, user_of


def workbook(user: User, file: ListFile) -> FileResponse:
    """The list as a download; the file is made in a private directory and gone when it is read."""
    today, unit = timezone.localdate(), home_unit(user)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        stream_list(
            path,
            heading=file.name,
            columns=file.columns,
            rows=file.rows,
            unit_line=UnitLine(unit.committee_name if unit else "", today),
            total=file.total,
            dated=today,
        )
        content = BytesIO(path.read_bytes())
    return FileResponse(content, as_attachment=True, filename=f"{file.name}{today:%Y%m%d}.xlsx")


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
    return workbook(user, pairings_file(rows))


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
