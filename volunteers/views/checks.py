"""年度核对: once a year each person is looked at; what is still right takes a tick, the rest is put right."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.access import needs
from guanai.keys import is_key
from guanai.listing import filtered_again, make_listing, render_list
from orgs.enums import Action
from orgs.scope import user_of
from volunteers.forms import CheckFilterForm
from volunteers.queries import volunteers_for_user, with_details
from volunteers.services import confirm_unchanged

# A page is ticked through and confirmed at once: what fits in view of somebody, also on a phone.
PEOPLE = 20


@needs(Action.EDIT_ROSTER)
@require_safe
@never_cache
def check_list(request: HttpRequest) -> HttpResponse:
    """Who has not been looked at this year, with what may have changed, masked as on the roster."""
    user = user_of(request)
    year = timezone.localdate().year
    form = CheckFilterForm(request.GET, user=user)
    people = form.narrow(volunteers_for_user(user, Action.EDIT_ROSTER).to_check(year), user)
    listing = make_listing(request, with_details(people), measure="人", form=form, per_page=PEOPLE)
    return render_list(request, "volunteers/check_list.html", listing, {"year": year})


@needs(Action.EDIT_ROSTER)
@require_POST
def check_confirm(request: HttpRequest) -> HttpResponse:
    """Of the ticked people nothing has changed."""
    ticked = request.POST.getlist("person")
    if not all(map(is_key, ticked)):
        raise Http404("no such people")
    if ticked:
        done = confirm_unchanged(people=[int(one) for one in ticked], by=user_of(request))
        messages.success(request, f"已核对 {done} 人。")
    else:
        messages.warning(request, "没有勾选人。")
    return redirect(filtered_again(request, reverse("volunteers:check_list")))
