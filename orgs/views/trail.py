"""The trail for the auditor: the list over everything, one entry, and the list as a workbook."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import needs
from guanai.listing import make_listing, render_list
from guanai.models import AuditSeal, RowEvent, SealCheck
from orgs.enums import Action
from orgs.exporters import TRAIL_COLUMNS, trail_rows
from orgs.forms.trail import TrailFilterForm
from orgs.list_files import sent_list
from orgs.models import User
from orgs.scope import user_of
from orgs.trail import all_lines, beside_for_user, entry_for_user_or_404, lines_of, trail_for_user
from orgs.trail_words import changes_of

# Some three seconds; who wants years of the trail takes them month by month.
MOST_ROWS = 50_000


@needs(Action.VIEW_TRAIL)
@require_safe
@never_cache
def trail_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = TrailFilterForm(request.GET, user=user)
    keys = _keys(form, user)
    listing = make_listing(request, keys, measure="条", form=form, export_url=reverse("orgs:trail_export"))
    lines = lines_of(listing.page.object_list)
    return render_list(request, "orgs/trail_list.html", listing, {"lines": lines, "seals": _seals()})


@needs(Action.VIEW_TRAIL)
@require_safe
@never_cache
def trail_detail(request: HttpRequest, stream: str, pk: int) -> HttpResponse:
    user = user_of(request)
    row = entry_for_user_or_404(user, stream, pk)
    line = lines_of([(stream, pk, None)])[0]
    changes = changes_of(row) if isinstance(row, RowEvent) else []
    beside = beside_for_user(user, row) if isinstance(row, RowEvent) else []
    context = {"row": row, "line": line, "changes": changes, "beside": beside}
    return render(request, "orgs/trail_detail.html", context)


@needs(Action.VIEW_TRAIL)
@require_safe
@never_cache
def trail_export(request: HttpRequest) -> HttpResponse | FileResponse:
    """The filtered trail as a workbook; that it was taken is itself in the trail (`guanai.trail.TrailMiddleware`)."""
    user = user_of(request)
    keys = _keys(TrailFilterForm(request.GET, user=user), user)
    if keys.count() > MOST_ROWS:
        messages.error(request, f"一次最多导出 {MOST_ROWS:,} 条。请先用“从”“到”或其他条件缩小范围，再导出。")
        return redirect(f"{reverse('orgs:trail_list')}?{request.GET.urlencode()}")
    return sent_list(user, "审计日志", TRAIL_COLUMNS, trail_rows(all_lines(keys)))


def _keys(form: TrailFilterForm, user: User) -> Any:
    """What the filter asks for; nothing where it is wrong."""
    wanted = form.wanted
    return trail_for_user(user, wanted) if wanted else RowEvent.objects.none()


def _seals() -> dict[str, Any]:
    """Until when the trail is sealed, and when that was last checked."""
    return {"last": AuditSeal.objects.order_by("-made_at").first(), "check": SealCheck.objects.first()}
