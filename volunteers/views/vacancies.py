"""Pages of empty posts, and of what a county asks of its posts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt
from guanai.listing import make_listing, render_list
from orgs.enums import Action
from orgs.list_files import sent_list
from orgs.models import Unit, User, short_name_of
from orgs.scope import covering, may, user_of
from volunteers.enums import Post
from volunteers.forms import PostRuleForm, PostRulesForm, VacancyFilterForm
from volunteers.post_files import VACANCY_COLUMNS, vacancy_rows
from volunteers.post_rules import last_changed, rules_in
from volunteers.services import set_post_rules
from volunteers.vacancies import counties_of, days_empty, is_overdue, vacancies


def _rows(form: VacancyFilterForm, user: User) -> Any:
    chosen = form.chosen(user)
    return Unit.objects.none() if chosen is None else vacancies(user, chosen)


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def vacancy_list(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = VacancyFilterForm(request.GET, user=user)
    export_url = reverse("volunteers:vacancy_export")
    listing = make_listing(request, _rows(form, user), measure="个", form=form, export_url=export_url)
    may_edit = may(user, Action.EDIT_POSTS)
    lines = [
        {
            **row,
            "unit_name": short_name_of(row["name"]),
            "above": short_name_of(row["parent_name"] or ""),
            "post_label": Post(row["post"]).label,
            "days": days_empty(row),
            "overdue": is_overdue(row),
        }
        for row in listing.page
    ]
    context = {"lines": lines, "may_edit": may_edit, "may_rule": _county_of(user) is not None}
    return render_list(request, "volunteers/vacancy_list.html", listing, context)


@needs(Action.VIEW_NETWORK)
@require_safe
@never_cache
def vacancy_export(request: HttpRequest) -> FileResponse:
    user = user_of(request)
    rows = _rows(VacancyFilterForm(request.GET, user=user), user)
    return sent_list(user, "空缺职务", VACANCY_COLUMNS, vacancy_rows(rows))


@needs(Action.MANAGE_NETWORK)
@get_or_post
@never_cache
def post_rules(request: HttpRequest) -> HttpResponse:
    """What the county asks of each post; only for who manages the whole county."""
    user = user_of(request)
    county = _county_of(user)
    if county is None:
        raise PermissionDenied("manages no whole county")
    form = PostRulesForm(request.POST or None, record=last_changed(county))
    rules = rules_in([county])
    forms = [
        PostRuleForm(request.POST or None, instance=rules[county.tree_id, post.value], prefix=post.value)
        for post in Post
    ]
    if request.method == "POST" and form.is_valid() and not any(line.errors for line in forms):
        said = [line.instance for line in forms]
        written = attempt(form, lambda: set_post_rules(county=county, rules=said, by=user, seen=form.seen_at))
        if written is not None:
            messages.success(request, "已保存职务规则。")
            return redirect("volunteers:vacancy_list")
    lines = [{"label": post.label, "form": line} for post, line in zip(Post, forms, strict=True)]
    context = {"form": form, "lines": lines, "county": county, "forms": forms, "now_url": request.path}
    return render(request, "volunteers/post_rules.html", context)


def _county_of(user: User) -> Unit | None:
    """The county whose rules the user keeps."""
    manages = covering(user, Action.MANAGE_NETWORK)
    return next((county for county in counties_of(user, Action.MANAGE_NETWORK) if manages(county)), None)
