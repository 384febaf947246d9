"""Recording an activity and changing one: the form, its drafts, its searches."""

import datetime
import uuid
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.middleware import HtmxDetails

from activities import typed as texts
from activities.forms import ActivityEntryForm
from activities.models import Activity, ActivityDraft
from activities.pickers import Option, Picker, Step, after, ids_in, in_order, step_of
from activities.queries import (
    HITS,
    activity_for_user_or_404,
    co_hosts_to_choose,
    draft_for_user_or_404,
    drafts_of,
    find_co_hosts,
    find_speakers,
    latest_of,
    recording_home,
    recording_units,
    speakers_to_choose,
    venues_to_choose,
)
from activities.rules import may_edit, name_for
from activities.services import discard_draft, save_draft, submit_activity, update_activity
from activities.typed import Typed, first
from activities.views.speakers import form_url, speakers_url
from guanai.access import get_or_post, needs
from guanai.attempts import submitted
from guanai.edits import ChangedError
from guanai.keys import is_key
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import user_of
from volunteers.models import Volunteer

MOST_VENUES = 300


@dataclass
class EntryPage:
    """The form page for one request: who writes, what about, what stands in the fields so far."""

    request: HttpRequest
    user: User
    typed: Typed
    key: uuid.UUID
    activity: Activity | None = None
    draft: ActivityDraft | None = None
    step: Step = field(default_factory=lambda: Step("show"))
    changed: ChangedError | None = None
    offer: Activity | None = None
    carried: Typed = field(default_factory=dict)
    source: Activity | None = None

    @cached_property
    def units(self) -> list[Unit]:
        return list(recording_units(self.user))

    @cached_property
    def host(self) -> Unit:
        """主办: the activity's own, the chosen one, else the writer's."""
        if self.activity is not None:
            return self.activity.unit
        chosen = {unit.code: unit for unit in self.units}.get(first(self.typed, "unit"))
        host = chosen or recording_home(self.user)
        if host is None:
            raise PermissionDenied("no open unit to record for")
        return host

    def form(self, *, bound: bool) -> ActivityEntryForm:
        given = {"data": self.request.POST} if bound else {"initial": self.initial()}
        form = ActivityEntryForm(
            **given, user=self.user, host=self.host, units=self.units, activity=self.activity, auto_id="id_%s"
        )
        form.kept = texts.kept_names(self.typed, self.carried)
        return form

    def initial(self) -> dict[str, str | list[str]]:
        return {"unit": self.host.code, "sessions": "1"} | texts.initial_of(self.typed)

    def pickers(self, form: ActivityEntryForm) -> list[Picker]:
        people = Picker(form["speakers"], "加人", "查找五老，输入姓名", "您能看到的名册里没有这样的人")
        ids = ids_in(self.typed, "speakers")
        rows = list(speakers_to_choose(self.user, self.activity).filter(pk__in=ids)) if ids else []
        people.chosen = in_order(rows, ids, partial(person_option, self.user))
        others = Picker(form["co_hosts"], "加单位", "查找单位，输入名称", "本县没有这样的单位")
        ids = ids_in(self.typed, "co_hosts")
        units = list(co_hosts_to_choose(self.host, self.activity).filter(pk__in=ids)) if ids else []
        others.chosen = in_order(units, ids, unit_option)
        self.search(people, others)
        return [people, others]

    def search(self, people: Picker, others: Picker) -> None:
        """Fill in the hits where the writer has asked for some."""
        for picker in (people, others):
            if self.step.name != picker.name or self.step.verb not in ("find", "add"):
                continue
            picker.is_open = True
            if self.step.verb == "add":
                continue
            picker.words = texts.clean(self.request.POST.get(f"find_{picker.name}", ""))[:40]
            chosen = [option.value for option in picker.chosen]
            if picker is people:
                found = find_speakers(self.user, picker.words, chosen)
                picker.found = [person_option(self.user, person) for person in found]
            else:
                picker.found = [unit_option(unit) for unit in find_co_hosts(self.host, picker.words, chosen)]
            picker.is_cut = len(picker.found) >= HITS


def person_option(user: User, person: Volunteer) -> Option:
    return Option(str(person.pk), name_for(user, person), person.unit.short_name)


def unit_option(unit: Unit) -> Option:
    return Option(str(unit.pk), unit.short_name, unit.parent.short_name if unit.parent else "")


@needs(Action.RECORD_ACTIVITIES)
@get_or_post
def activity_create(request: HttpRequest) -> HttpResponse:
    """Record an activity. `?like=<id>` carries an earlier one over, `?draft=<key>` goes on with a draft,
    `?speaker=<id>` begins with somebody of the roster."""
    user = user_of(request)
    if request.method == "POST":
        page = EntryPage(request, user, texts.typed_in(request.POST), key_in(request))
        page.draft = drafts_of(user).filter(key=page.key).first()
        carry(page, first(page.typed, "like"))
        return take(page)
    if "draft" in request.GET:
        key = uuid_or_404(request.GET["draft"])
        # Back, after it was submitted: the address of the form still names its draft.
        if sent := Activity.objects.filter(recorded_by=user, entry_key=key).first():
            return redirect("activities:activity_detail", sent.pk)
        draft = draft_for_user_or_404(user, key)
        if draft.activity is not None:
            return redirect("activities:activity_edit", draft.activity.pk)
        page = EntryPage(request, user, texts.known(draft.fields), draft.key, draft=draft)
        carry(page, first(page.typed, "like"))
        return show(page)
    page = EntryPage(request, user, {}, uuid.uuid4())
    if code := request.GET.get("unit"):
        page.typed = {"unit": [code]}
    if speaker := request.GET.get("speaker"):
        # Whoever may not be chosen is left out by the picker.
        page.typed["speakers"] = ids_in({"speakers": [speaker]}, "speakers")
    if like := request.GET.get("like"):
        carry(page, like)
        page.typed = {**page.carried, **page.typed}
    else:
        page.offer = latest_of(page.host)
    return show(page)


@needs(Action.RECORD_ACTIVITIES)
@get_or_post
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an entry that is not archived yet; one that was sent back is submitted again by it."""
    user = user_of(request)
    activity = activity_for_user_or_404(user, pk, Action.RECORD_ACTIVITIES)
    if not may_edit(user, activity):
        messages.warning(request, "这次活动已归档，不能再改。")
        return redirect("activities:activity_detail", pk)
    draft = drafts_of(user).filter(activity=activity).first()
    if request.method == "POST":
        page = EntryPage(request, user, texts.typed_in(request.POST), key_in(request), activity=activity, draft=draft)
        return take(page)
    if draft is not None:
        return show(EntryPage(request, user, texts.known(draft.fields), draft.key, activity=activity, draft=draft))
    return show(EntryPage(request, user, texts.typed_from(activity), uuid.uuid4(), activity=activity))


def carry(page: EntryPage, like: str) -> None:
    """Take over from an earlier activity, if the writer may see it."""
    if is_key(like):
        page.source = activity_for_user_or_404(page.user, int(like))
        page.carried = texts.carried_from(page.source)


def key_in(request: HttpRequest) -> uuid.UUID:
    return uuid_or_none(request.POST.get("key", "")) or uuid.uuid4()


def uuid_or_none(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def uuid_or_404(text: str) -> uuid.UUID:
    """A key that is none names no draft of anybody."""
    return uuid_or_none(text) or uuid.UUID(int=0)


def take(page: EntryPage) -> HttpResponse:
    """Do what the pressed button asks for."""
    page.step = step_of(page.request.POST, HtmxDetails(page.request).trigger_name)
    if page.step.verb == "submit":
        return submit(page)
    if page.step.verb in ("draft", "people"):
        return keep(page)
    if page.step.verb == "undo":
        page.typed = texts.without(page.typed, {*texts.kept_names(page.typed, page.carried), "like"})
        page.carried, page.source = {}, None
    if page.step.verb == "like" and (last := latest_of(page.host)):
        page.source, page.carried = last, texts.carried_from(last)
        page.typed = page.carried | texts.without(page.typed, {"like"})
    if page.step.verb == "unit":
        page.offer = latest_of(page.host)
    page.typed = after(page.step, page.typed)
    return show(page)


def submit(page: EntryPage) -> HttpResponse:
    form = page.form(bound=True)
    if submitted(page.request, form):
        try:
            activity = (
                submit_activity(by=page.user, unit=page.host, entry=form.entry(), key=page.key)
                if page.activity is None
                else update_activity(activity=page.activity, by=page.user, entry=form.entry(), seen=form.seen_at)
            )
        except ChangedError as changed:
            page.changed = changed
            page.typed = page.typed | {"seen": [changed.at.isoformat()]}
            return show(page)
        except ValidationError as problems:
            form.add_error(None, problems)
        else:
            said = "已上报" if page.activity is None or page.activity.return_note else "已保存修改"
            messages.success(page.request, f"{said}，编号 {activity.number}。")
            return redirect("activities:activity_detail", activity.pk)
    return show(page, form)


def keep(page: EntryPage) -> HttpResponse:
    """Save the draft by its button, then show it again under an address of its own, or look for people to put in."""
    draft = save_draft(by=page.user, key=page.key, fields=page.typed, activity=page.activity)
    if draft is None:
        sent = get_object_or_404(Activity, recorded_by=page.user, entry_key=page.key)
        messages.success(page.request, f"这次活动已经上报，编号 {sent.number}。")
        return redirect("activities:activity_detail", sent.pk)
    if page.step.verb == "people":
        return redirect(speakers_url(draft, page.host))
    messages.success(page.request, f"草稿已保存 {clock(draft.updated_at)}。")
    return redirect(form_url(draft))


def clock(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def show(page: EntryPage, form: ActivityEntryForm | None = None) -> HttpResponse:
    """The whole page, or only the field of chips that htmx asked for."""
    form = form or page.form(bound=False)
    pickers = page.pickers(form)
    context: dict[str, Any] = {"page": page, "form": form, "pickers": pickers, "action": page.request.get_full_path()}
    target = HtmxDetails(page.request).target or ""
    wanted = [picker for picker in pickers if target in (f"field-{picker.name}", f"found-{picker.name}")]
    if wanted:
        response = render(page.request, "activities/activity_form_picker.html", {**context, "picker": wanted[0]})
    else:
        names = venues_to_choose(page.user).filter(unit__tree_id=page.host.tree_id)
        context["venues"] = names.values_list("name", flat=True).distinct().order_by("name")[:MOST_VENUES]
        context["folded_open"] = any(name in form.errors for name in FOLDED) if form.is_bound else False
        response = render(page.request, "activities/activity_form.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


FOLDED = (
    "sessions",
    "form",
    "starts_at",
    "ends_at",
    "host_person",
    "programmes",
    "partners",
    "cost",
    "media_link",
)


@needs(Action.RECORD_ACTIVITIES)
@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """Keep what is in the form while it is being written: {"saved": "09:42"}, or 409 once it has been submitted."""
    user = user_of(request)
    key = uuid_or_none(request.POST.get("key", ""))
    if key is None:
        return JsonResponse({"error": "key"}, status=400)
    activity = None
    if pk := request.POST.get("activity"):
        known = int(pk) if is_key(pk) else 0
        activity = activity_for_user_or_404(user, known, Action.RECORD_ACTIVITIES)
    draft = save_draft(by=user, key=key, fields=texts.typed_in(request.POST), activity=activity)
    if draft is None:
        return JsonResponse({"error": "submitted"}, status=409)
    return JsonResponse({"saved": clock(draft.updated_at)})


@needs(Action.RECORD_ACTIVITIES)
@require_http_methods(["GET", "HEAD"])
def draft_list(request: HttpRequest) -> HttpResponse:
    """What the user has begun and not submitted."""
    return render(request, "activities/draft_list.html", {"drafts": drafts_of(user_of(request))[:50]})


@needs(Action.RECORD_ACTIVITIES)
@require_POST
def draft_discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Throw a draft of one's own away."""
    user = user_of(request)
    draft = draft_for_user_or_404(user, key)
    discard_draft(draft=draft, by=user)
    messages.success(request, "草稿已删除。")
    if draft.activity is not None:
        return redirect("activities:activity_detail", draft.activity.pk)
    return redirect("activities:draft_list")
