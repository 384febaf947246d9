"""Finding people for something that is to be done: what is wished for stands in the address."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import needs
from guanai.listing import Listing, chips_of, render_list
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import grants_of, user_of
from volunteers.forms import SearchForm
from volunteers.search import FEW, Wishes, find, relaxations
from volunteers.search_words import OFFERS, RELAXED_WORDS, Ring, ring_words, rings_of

# Each takes two or three lines; the page of a county's office offers some hundred places, and stays within 60 KB.
PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A link that gives up a condition, or takes it up again; `count` is how many there are then."""

    words: str
    url: str
    count: int = 0


@needs(Action.VIEW_ROSTER)
@require_safe
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    listing, context = searched(request)
    return render_list(request, "volunteers/search.html", listing, context)


def searched(request: HttpRequest, beside: Any = None) -> tuple[Listing, dict[str, Any]]:
    """What a page of the search shows: the hits that the address asks for, and the rest of the template's context.

    `beside` is the entry that is being written (see `volunteers.search.find`).
    """
    user = user_of(request)
    form = SearchForm(request.GET, user=user)
    wishes = form.wishes() if form.is_valid() else None
    if wishes is not None and wishes.are_none:
        wishes = None
    rings: list[Ring] = []
    offers: list[Offer] = []
    page: Page[Any] = Paginator([], PEOPLE).get_page(1)
    if wishes is not None:
        found = find(user, wishes, beside=beside)
        paginator: Paginator[Any] = Paginator(found.people, PEOPLE)
        # Counted already, by groups.
        paginator.count = found.total
        page = paginator.get_page(request.GET.get("page"))
        words = ring_words(wishes.place, whole_county=sees_county(user, wishes.place))
        rings = rings_of(page, found.counts, words, wishes)
        offers = offers_of(request, user, wishes, found.total)
    chips = [chip for chip in chips_of(form, request.GET) if chip.label != form.fields["unit"].label]
    listing = Listing(page=page, measure="人", form=form, chips=chips, unfiltered="还没有选条件")
    context = {
        "rings": rings,
        "offers": offers,
        "relaxed": relaxed_of(request, wishes) if wishes else [],
        "asked": wishes is not None,
        "day": wishes.day if wishes else None,
    }
    return listing, context


def sees_county(user: User, place: Unit) -> bool:
    grants = [grant for grant in grants_of(user) if grant.holds(Action.VIEW_ROSTER)]
    return any(grant.is_whole_county and grant.tree_id == place.tree_id for grant in grants)


def offers_of(request: HttpRequest, user: User, wishes: Wishes, total: int) -> list[Offer]:
    """Where few meet everything: what giving up one condition would bring. Nothing is given up silently."""
    if total >= FEW:
        return []
    more = relaxations(user, wishes)
    return [Offer(OFFERS[key], address_with(request, key), total + count) for key, count in more.items()]


def address_with(request: HttpRequest, key: str) -> str:
    """This search without insisting on a condition."""
    query = _from_the_first(request)
    if key == "resting":
        query["resting"] = "on"
    else:
        query.appendlist("relax", key)
    return f"?{query.urlencode()}"


def relaxed_of(request: HttpRequest, wishes: Wishes) -> list[Offer]:
    """What is not insisted on, with the address that insists again."""
    dropped = wishes.dropped
    return [Offer(word, without_relaxed(request, key)) for key, word in RELAXED_WORDS.items() if key in dropped]


def without_relaxed(request: HttpRequest, key: str) -> str:
    query = _from_the_first(request)
    query.setlist("relax", [one for one in query.getlist("relax") if one != key])
    return f"?{query.urlencode()}"


def _from_the_first(request: HttpRequest) -> QueryDict:
    """What was asked for, without the page: another condition has other pages."""
    query = request.GET.copy()
    query.pop("page", None)
    return query
