"""The search for people, opened from the activity form: it is narrowed by what the form says, and fills the speakers.

What was typed rests in the draft meanwhile; the search writes into it, and the way back shows the form with the people.
"""

import datetime
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from activities.models import Activity, ActivityDraft
from activities.pickers import ids_in, in_order
from activities.queries import draft_for_user_or_404, drafts_of, speakers_to_choose
from activities.rules import name_for
from activities.services import choose_speaker
from activities.typed import first, known
from guanai.access import needs
from guanai.keys import is_key
from guanai.listing import filtered_again, render_list
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import user_of
from volunteers.enums import Daypart
from volunteers.models import Speciality
from volunteers.views.search import searched

NOON, EVENING = datetime.time(12), datetime.time(18)


def form_url(draft: ActivityDraft) -> str:
    """Where the form of a draft stands."""
    if draft.activity_id is not None:
        return reverse("activities:activity_edit", args=[draft.activity_id])
    return f"{reverse('activities:activity_create')}?draft={draft.key}"


def speakers_url(draft: ActivityDraft, host: Unit) -> str:
    """The search for a draft's speakers: what its theme asks for, at its host, on its day, at its time, as far as they
    are typed already."""
    typed = known(draft.fields)
    asked: dict[str, str | list[int]] = {"unit": host.code}
    if themes := ids_in(typed, "theme"):
        asked["speciality"] = list(Speciality.objects.filter(themes=int(themes[-1])).values_list("pk", flat=True))
    if day := _date(first(typed, "held_on")):
        asked["on"] = day.isoformat()
    if part := _daypart(first(typed, "starts_at")):
        asked["part"] = part
    return f"{reverse('activities:speaker_search', args=[draft.key])}?{urlencode(asked, doseq=True)}"


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _daypart(text: str) -> str:
    """The part of the day in which something begins; nothing for what is no time."""
    try:
        time = datetime.time.fromisoformat(text)
    except ValueError:
        return ""
    return Daypart.MORNING if time < NOON else Daypart.AFTERNOON if time < EVENING else Daypart.EVENING


@needs(Action.RECORD_ACTIVITIES)
@require_safe
@never_cache
def speaker_search(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The search with 加上 beside each person. Of a draft that has been submitted meanwhile, the activity is shown."""
    user = user_of(request)
    draft = drafts_of(user).filter(key=key).first()
    if draft is None:
        sent = Activity.objects.filter(recorded_by=user, entry_key=key).first()
        if sent is None:
            raise Http404("no such draft of this user")
        return redirect("activities:activity_detail", sent.pk)
    listing, context = searched(request, beside=draft)
    return render_list(request, "activities/speaker_search.html", listing, {**context, **chosen_of(user, draft)})


@needs(Action.RECORD_ACTIVITIES)
@require_POST
def speaker_choose(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """`add` or `drop` names a person. htmx gets the button and the line of the chosen anew, others the page again."""
    user = user_of(request)
    draft = draft_for_user_or_404(user, key)
    wanted = request.POST.get("add") or request.POST.get("drop", "")
    back = filtered_again(request, reverse("activities:speaker_search", args=[key]))
    if not is_key(wanted):
        return redirect(back)
    person = speakers_to_choose(user, draft.activity).filter(pk=int(wanted)).first()
    if person is None:
        raise Http404("nobody whom this user could choose")
    problem = ""
    try:
        draft = choose_speaker(draft=draft, by=user, person=person, chosen="add" in request.POST)
    except ValidationError as refused:
        problem = refused.messages[0]
    if HtmxDetails(request):
        context = {"person": person.pk, "name": name_for(user, person), "problem": problem, **chosen_of(user, draft)}
        return render(request, "activities/speaker_chosen.html", context)
    if problem:
        messages.error(request, problem)
    return redirect(f"{back}#pick-{wanted}")


def chosen_of(user: User, draft: ActivityDraft) -> dict[str, Any]:
    """The speakers of a draft so far, and the way back to its form."""
    ids = ids_in(known(draft.fields), "speakers")
    people = list(speakers_to_choose(user, draft.activity).filter(pk__in=ids)) if ids else []
    return {
        "draft": draft,
        "chosen": in_order(people, ids, lambda person: person),
        "chosen_ids": {person.pk for person in people},
        "names": "、".join(in_order(people, ids, lambda person: name_for(user, person))),
        "form_url": form_url(draft),
    }
