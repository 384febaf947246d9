"""The list file of the roster: which columns, and the file itself."""

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import submitted
from guanai.listing import chips_of
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import User
from orgs.scope import user_of
from volunteers.exporters import ALWAYS, KEYS, USUAL, RosterColumn, chosen_columns, roster_rows
from volunteers.forms import VolunteerFilterForm
from volunteers.forms.list_columns import ListColumnsForm
from volunteers.queries import volunteers_for_user
from volunteers.services.list_columns import columns_of, keep_columns

COLUMNS = "columns"


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def volunteer_export(request: HttpRequest) -> HttpResponse | FileResponse:
    """The filtered list as a masked Excel file, written in chunks beside the request and then sent.

    The address may name the columns, so that the same file can be had again; else it has those of the last time.
    """
    user = user_of(request)
    people = VolunteerFilterForm(request.GET, user=user).narrow(volunteers_for_user(user), user)
    columns = _wanted(request.GET, user)
    return sent_list(user, "五老名册", [each.column for each in columns], roster_rows(people, columns))


@needs(Action.VIEW_ROSTER)
@get_or_post
@never_cache
def export_columns(request: HttpRequest) -> HttpResponse:
    """选择列: remembered for the next time, then on to the file, whose address names them; the filter goes along."""
    user = user_of(request)
    filtered = VolunteerFilterForm(request.GET, user=user)
    chosen = USUAL if "usual" in request.GET else [column.key for column in _wanted(request.GET, user)]
    # Sent without a tick it holds its token alone, and is sent all the same.
    form = ListColumnsForm(request.POST if request.method == "POST" else None, chosen=chosen)
    rest = request.GET.copy()
    for name in (COLUMNS, "usual", "page"):
        rest.pop(name, None)
    if submitted(request, form):
        keys = [column.key for column in chosen_columns(form.cleaned_data["columns"])]
        keep_columns(user=user, columns=keys if set(keys) != set(USUAL) else [])
        wanted = rest.copy()
        wanted.setlist(COLUMNS, keys)
        return redirect(f"{reverse('volunteers:volunteer_export')}?{wanted.urlencode()}")
    context = {
        "form": form,
        "count": filtered.narrow(volunteers_for_user(user), user).count(),
        "chips": chips_of(filtered, request.GET),
        "always": [column.label for column in chosen_columns(ALWAYS)],
        "list_url": _with(reverse("volunteers:volunteer_list"), rest),
        "usual_url": f"{request.path}?{'&'.join(filter(None, [rest.urlencode(), 'usual=1']))}",
        "action": _with(request.path, rest),
    }
    return render(request, "volunteers/export_columns.html", context)


def _wanted(query: QueryDict, user: User) -> list[RosterColumn]:
    """The columns that the address names, else those of the last time, else the usual ones."""
    named = set(query.getlist(COLUMNS)).intersection(KEYS)
    return chosen_columns(named or columns_of(user) or USUAL)


def _with(path: str, query: QueryDict) -> str:
    return f"{path}?{query.urlencode()}" if query else path
