"""The first page: a secretary's day, the dashboard for who reads figures, what to look at for who keeps
accounts or reads the trail, a plain list for everybody else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from guanai.access import signed_in
from orgs.enums import Action
from orgs.scope import grants_of, may, user_of
from reports.start import start_of, start_unit
from reports.start_watchers import watch_of, watches


@signed_in
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    unit = start_unit(user)
    if unit is not None:
        context = {
            "start": start_of(user, unit),
            "may_visit": may(user, Action.EDIT_CHILDREN),
            "may_donate": may(user, Action.HANDLE_FUND),
        }
        return render(request, "reports/start.html", context)
    if may(user, Action.VIEW_FIGURES):
        return redirect("reports:dashboard")
    if watches(user):
        return render(request, "reports/start_watch.html", {"watch": watch_of(user)})
    return render(request, "reports/start_plain.html", {"has_role": bool(grants_of(user))})
