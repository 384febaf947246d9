"""查重: the pairs that look like one person, and the ruling on one of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.dependents import person_records
from guanai.keys import is_key
from guanai.listing import Listing, render_list
from orgs.enums import Action
from orgs.models import User
from orgs.scope import user_of
from volunteers.duplicates import PAIRS_SHOWN, Pair, grounds_of, pair_for_user_or_404, pairs_for_user, ruling_on
from volunteers.forms.duplicates import WORDS, MergeForm, TwoPersonsForm
from volunteers.models import Volunteer
from volunteers.services import merge_people, rule_two_persons
from volunteers.services.duplicates import FIRST, SECOND


class PairPages(Paginator[Pair]):
    """Pages of pairs: one query gives the page and how many there are."""

    def __init__(self, user: User, number: int) -> None:
        self.rows, self.found = pairs_for_user(user, offset=(number - 1) * PAIRS_SHOWN)
        if not self.rows and number > 1:
            # Ruled on meanwhile, or never there: the first page.
            number = 1
            self.rows, self.found = pairs_for_user(user)
        self.number = number
        super().__init__(self.rows, PAIRS_SHOWN)

    @cached_property
    def count(self) -> int:
        return self.found

    def only_page(self) -> Page[Pair]:
        return Page(self.rows, self.number, self)


@needs(Action.EDIT_ROSTER)
@require_safe
@never_cache
def duplicate_list(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), 10_000) if is_key(asked) else 1
    listing = Listing(
        page=PairPages(user_of(request), number).only_page(), measure="对", unfiltered="两条都在您管的名册里"
    )
    return render_list(request, "volunteers/duplicate_list.html", listing)


@needs(Action.EDIT_ROSTER)
@get_or_post
@never_cache
def duplicate_pair(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Both rows beside each other; the button says which of the two rulings is meant."""
    user = user_of(request)
    one, other = pair_for_user_or_404(user, first, second)
    merged = next((row for row in (one, other) if row.merged_into_id), None)
    if merged is not None:
        messages.warning(request, f"{merged.number} 已经并入别的登记。")
        return redirect("volunteers:volunteer_detail", merged.pk)
    says_two = "two" in request.POST
    merge = MergeForm(None if says_two else request.POST or None, first=one, second=other)
    two = TwoPersonsForm(request.POST if says_two else None)
    if says_two and submitted(request, two):
        reason = two.cleaned_data["reason"]
        if attempt(two, lambda: rule_two_persons(first=one, second=other, reason=reason, by=user)) is not None:
            messages.success(request, f"已记为两个人，{one.number} 和 {other.number} 不再提示。")
            return redirect("volunteers:duplicate_list")
    elif not says_two and submitted(request, merge):
        kept, gone = merge.kept_and_gone
        done = attempt(
            merge,
            lambda: merge_people(keep=kept, drop=gone, chosen=merge.chosen(), by=user, seen=merge.seen_at),
        )
        if done is not None:
            messages.success(request, f"已合并，{gone.number} 并入 {done.number}。")
            return redirect("volunteers:volunteer_detail", done.pk)
    same_name, same_phone = grounds_of(one, other)
    context = {
        "form": two if says_two else merge,
        "merge": merge,
        "two": two,
        "first": one,
        "second": other,
        "sides": [(WORDS[FIRST], one), (WORDS[SECOND], other)],
        "same_name": same_name,
        "same_phone": same_phone,
        "ruling": ruling_on(one, other),
        "records": records_of(one, other),
        "list_url": reverse("volunteers:duplicate_list"),
    }
    return render(request, "volunteers/duplicate_pair.html", context)


def records_of(first: Volunteer, second: Volunteer) -> Sequence[dict[str, Any]]:
    """How many records of each kind hang on either row; kinds that stay where they are are left out."""
    counted = [
        {"kind": kind, "first": kind.of(first).count(), "second": kind.of(second).count()}
        for kind in person_records()
        if kind.repoint
    ]
    return [line for line in counted if line["first"] or line["second"]]
