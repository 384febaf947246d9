"""统计与年终报告: start a build, watch it, stop it, try a part again, download its files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.access import needs
from guanai.enums import JobState
from guanai.jobs import cancel_job, retry_job, retry_part
from guanai.listing import make_listing, render_list
from guanai.models import Job
from orgs.enums import Action
from orgs.models import User
from orgs.scope import user_of
from reports.builds import (
    STATE_KINDS,
    build_for_owner_or_404,
    builds_of,
    file_for_owner_or_404,
    read_build,
    reporting_county,
)
from reports.forms import YearReportForm
from reports.queries import years_with_records
from reports.services import start_year_report

# What htmx takes for "nothing new": it leaves the page as it is and asks again.
NOTHING_NEW = 204


@needs(Action.BUILD_REPORTS)
@require_safe
@never_cache
def year_report_list(request: HttpRequest) -> HttpResponse:
    """The user's own builds, and the form that starts one."""
    user = user_of(request)
    return _list_page(request, user, _form(user))


def _form(user: User, given: Any = None) -> YearReportForm:
    county = reporting_county(user)
    this_year = timezone.localdate().year
    years = years_with_records(county, also=this_year - 1) if county else []
    # The year before is the one to be reported on until well into the new year.
    return YearReportForm(given, years=years, initial={"year": this_year - 1})


def _list_page(request: HttpRequest, user: User, form: YearReportForm, status: int = 200) -> HttpResponse:
    listing = make_listing(request, builds_of(user), measure="份")
    context = {
        "form": form,
        "county": reporting_county(user),
        "builds": [(job, STATE_KINDS[JobState(job.state)]) for job in listing.page],
    }
    response = render_list(request, "reports/year_report_list.html", listing, context)
    response.status_code = status
    return response


@needs(Action.BUILD_REPORTS)
@require_POST
def year_report_start(request: HttpRequest) -> HttpResponse:
    """Start a build, or go to the one that is running for the same year."""
    user = user_of(request)
    county = reporting_county(user)
    if county is None:
        raise Http404("this user builds no county's report")
    form = _form(user, request.POST)
    if form.is_valid():
        try:
            job = start_year_report(year=form.cleaned_data["year"], unit=county, owner=user)
        except ValidationError as refusal:
            form.add_error("year", refusal)
        else:
            return redirect("reports:year_report", job.pk)
    return _list_page(request, user, form, status=422)


@needs(Action.BUILD_REPORTS)
@require_safe
@never_cache
def year_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One build: how far it is, unit by unit, and what can be downloaded already."""
    job = build_for_owner_or_404(user_of(request), pk)
    return render(request, "reports/year_report.html", _shown(job))


@needs(Action.BUILD_REPORTS)
@require_safe
@never_cache
def year_report_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes, for htmx; nothing as long as it would look the same."""
    context = _shown(build_for_owner_or_404(user_of(request), pk))
    if request.GET.get("seen") == context["build"].mark:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "reports/year_report_build.html", {**context, "is_part": True})


def _shown(job: Job) -> dict[str, Any]:
    build = read_build(job)
    this_year = timezone.localdate().year
    return {"build": build, "job": job, "title": f"{build.year} 年终报告", "running_year": build.year == this_year}


@needs(Action.BUILD_REPORTS)
@require_POST
def year_report_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a build; what is finished stays."""
    job = build_for_owner_or_404(user_of(request), pk)
    if cancel_job(job=job):
        messages.success(request, "已停止。做好的文件还可以下载。")
    else:
        messages.warning(request, "这份报告已经结束，没有可以停止的。")
    return redirect("reports:year_report", pk)


@needs(Action.BUILD_REPORTS)
@require_POST
def year_report_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one failed unit again (`part` is its code), or without it everything that failed."""
    job = build_for_owner_or_404(user_of(request), pk)
    key = request.POST.get("part", "")
    if key:
        part = get_object_or_404(job.parts, key=key)
        done, what = retry_part(part=part), part.label
    else:
        done, what = retry_job(job=job), "没有生成的部分"
    if done:
        messages.success(request, f"正在重新生成{what}。")
    else:
        messages.warning(request, "没有失败的部分需要重新生成。")
    return redirect("reports:year_report", pk)


@needs(Action.BUILD_REPORTS)
@require_safe
@never_cache
def job_file(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a build, for who asked for it and may still build."""
    stored = file_for_owner_or_404(user_of(request), pk)
    if not stored.path.is_file():
        raise Http404("the file is no longer there")
    return FileResponse(stored.path.open("rb"), as_attachment=True, filename=stored.name)
