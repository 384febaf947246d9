"""The lists of 特长 and 爱好: what is on them, one more, another name or place, two made one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.edits import SeenForm
from orgs.enums import Action
from orgs.models import User
from orgs.scope import user_of
from volunteers.enums import CURRENT
from volunteers.forms import MergeTermForm, NewTermForm, RemoveTermForm, TermForm
from volunteers.models import TERMS, Term
from volunteers.rules import may_keep_terms
from volunteers.services import add_term, merge_terms, move_term, remove_term, rename_term


@needs(Action.MANAGE_NETWORK)
@require_safe
@never_cache
def term_list(request: HttpRequest) -> HttpResponse:
    _keeper(request)
    return _list(request)


@needs(Action.MANAGE_NETWORK)
@require_POST
@never_cache
def term_create(request: HttpRequest, terms: str) -> HttpResponse:
    user = _keeper(request)
    form = NewTermForm(request.POST, prefix=terms)
    if submitted(request, form):
        made = attempt(form, lambda: add_term(model=TERMS[terms], name=form.cleaned_data["name"], by=user))
        if made is not None:
            messages.success(request, f"已把“{made.name}”加进{made._meta.verbose_name}目录。")
            return redirect("volunteers:term_list")
    return _list(request, **{terms: form})


@needs(Action.MANAGE_NETWORK)
@get_or_post
@never_cache
def term_edit(request: HttpRequest, terms: str, pk: int) -> HttpResponse:
    user, term = _keeper(request), _term_or_404(terms, pk)
    form = TermForm(request.POST or None, term=term)
    if submitted(request, form):
        name, seen = form.cleaned_data["name"], form.seen_at
        if (saved := attempt(form, lambda: rename_term(term=term, name=name, by=user, seen=seen))) is not None:
            messages.success(request, f"已改名为“{saved.name}”。")
            return redirect("volunteers:term_list")
    return _page(request, "volunteers/term_form.html", form, term, terms)


@needs(Action.MANAGE_NETWORK)
@get_or_post
@never_cache
def term_merge(request: HttpRequest, terms: str, pk: int) -> HttpResponse:
    user, term = _keeper(request), _term_or_404(terms, pk)
    form = MergeTermForm(request.POST or None, term=term)
    if submitted(request, form):
        into, seen = form.cleaned_data["into"], form.seen_at
        people = attempt(form, lambda: merge_terms(source=term, target=into, by=user, seen=seen))
        if people is not None:
            messages.success(request, f"已把“{term.name}”并入“{into.name}”，改了 {people} 人。")
            return redirect("volunteers:term_list")
    return _page(request, "volunteers/term_merge.html", form, term, terms)


@needs(Action.MANAGE_NETWORK)
@get_or_post
@never_cache
def term_remove(request: HttpRequest, terms: str, pk: int) -> HttpResponse:
    user, term = _keeper(request), _term_or_404(terms, pk)
    form = RemoveTermForm(request.POST or None, record=term)
    if submitted(request, form):
        seen = form.seen_at
        if attempt(form, lambda: remove_term(term=term, by=user, seen=seen)) is not None:
            messages.success(request, f"已从目录里去掉“{term.name}”。")
            return redirect("volunteers:term_list")
    return _page(request, "volunteers/term_remove.html", form, term, terms)


@needs(Action.MANAGE_NETWORK)
@require_POST
def term_move(request: HttpRequest, terms: str, pk: int) -> HttpResponse:
    """One place up, or down."""
    move_term(term=_term_or_404(terms, pk), up="up" in request.POST, by=_keeper(request))
    return redirect(f"{reverse('volunteers:term_list')}#{terms}-{pk}")


def _keeper(request: HttpRequest) -> User:
    user = user_of(request)
    if not may_keep_terms(user):
        raise PermissionDenied("does not keep the lists of terms")
    return user


def _counted(terms: str) -> QuerySet[Any]:
    """A list in its order; of each term `people`: how many stand on a roster with it, and `ever`: who has it at all."""
    on_roster = Count("volunteers", filter=Q(volunteers__status__in=CURRENT))
    # The order of the model does not hold where rows are grouped.
    return TERMS[terms].objects.annotate(people=on_roster, ever=Count("volunteers")).order_by("position", "pk")


def _term_or_404(terms: str, pk: int) -> Term:
    term: Term | None = _counted(terms).filter(pk=pk).first()
    if term is None:
        raise Http404("no such term")
    return term


def _list(request: HttpRequest, **bound: NewTermForm) -> HttpResponse:
    forms = {name: bound.get(name, NewTermForm(prefix=name)) for name in TERMS}
    lists = [
        {
            "key": name,
            "heading": model._meta.verbose_name,
            "form": forms[name],
            "rows": _counted(name),
        }
        for name, model in TERMS.items()
    ]
    return render(request, "volunteers/term_list.html", {"lists": lists, "forms": list(forms.values())})


def _page(request: HttpRequest, template: str, form: SeenForm, term: Term, terms: str) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "term": term,
        "terms": terms,
        "heading": term._meta.verbose_name,
        "cancel_url": reverse("volunteers:term_list"),
    }
    return render(request, template, context)
