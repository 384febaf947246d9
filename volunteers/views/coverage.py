"""五老覆盖: which specialities are there in which places, and which are not."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import needs
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import allows, grants_of, units_for, user_of
from volunteers.coverage import matrix_columns, matrix_rows, speciality_matrix


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def speciality_coverage(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    top = _top(request, user)
    parent = top.parent if top.parent and allows(user, Action.VIEW_ROSTER, top.parent) else None
    context = {
        "matrix": speciality_matrix(top),
        "export_url": f"{reverse('volunteers:speciality_coverage_export')}?unit={top.code}",
        "parent": parent,
        # For who works for several branches; from the county down, the lines of the table lead on.
        "others": [] if parent else [each for each in _own(user) if each != top],
    }
    return render(request, "volunteers/speciality_coverage.html", context)


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def speciality_coverage_export(request: HttpRequest) -> FileResponse:
    matrix = speciality_matrix(_top(request, user_of(request)))
    heading = f"{matrix.top.short_name}五老特长覆盖"
    return sent_list(user_of(request), heading, matrix_columns(matrix), matrix_rows(matrix), title="特长覆盖")


def _top(request: HttpRequest, user: User) -> Unit:
    """The unit that was asked for, else the user's highest branch."""
    code = request.GET.get("unit", "").replace("\0", "")
    if code:
        return unit_for_user_or_404(user, code, Action.VIEW_ROSTER)
    top = units_for(user, Action.VIEW_ROSTER).select_related("parent").order_by("level", "tree_id", "lft").first()
    if top is None:
        raise Http404("no roster of this user")
    return top


def _own(user: User) -> list[Unit]:
    """The tops of the user's branches."""
    tops = {grant.unit_id for grant in grants_of(user) if grant.holds(Action.VIEW_ROSTER)}
    return list(Unit.objects.filter(pk__in=tops).order_by("tree_id", "lft")) if len(tops) > 1 else []
