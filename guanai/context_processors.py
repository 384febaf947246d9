"""What every page's frame needs: masthead, menu and tabs. Nothing is worked out before a template asks."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from guanai import menu
from guanai.addresses import page_wanted
from guanai.sessions import GRACE


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu as drawn: `count` is 0 where there is nothing to do."""

    label: str
    url: str
    current: bool
    count: int
    tab: menu.Tab | None


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class TabEntry:
    word: str
    icon: str
    url: str
    current: bool


class Frame:
    """The frame of one page for one request; each part is computed on first use and kept."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        # Error pages may come before the session was read.
        self.user = getattr(request, "user", None)
        self.signed_in = bool(self.user is not None and self.user.is_authenticated)

    @property
    def large(self) -> bool:
        """大字版 is kept with the user."""
        return self.signed_in and bool(getattr(self.user, "large_type", False))

    @property
    def here(self) -> str:
        """The address that shows this page again."""
        return page_wanted(self.request)

    @property
    def session_seconds(self) -> int:
        """So long after an answer of the server the session still lives for certain (`guanai.sessions`)."""
        return int(settings.SESSION_COOKIE_AGE - GRACE.total_seconds())

    @cached_property
    def masthead(self) -> menu.Masthead:
        return menu.registry.masthead(self.user) if self.signed_in else menu.NOBODY

    @cached_property
    def view_name(self) -> str:
        match = self.request.resolver_match
        return match.view_name if match else ""

    @cached_property
    def entries(self) -> list[tuple[menu.MenuItem, Entry]]:
        if not self.signed_in:
            return []
        items = menu.registry.open_to(self.user)
        best = max(items, key=lambda item: item.match(self.view_name), default=None)
        current = best if best and best.match(self.view_name) else None
        counts = menu.counts_for(self.user, items)
        return [
            (
                item,
                Entry(
                    label=item.label,
                    url=reverse(item.url_name),
                    current=item is current,
                    count=counts.get(item.url_name, 0),
                    tab=item.tab,
                ),
            )
            for item in items
        ]

    @cached_property
    def sections(self) -> list[Section]:
        """The menu by groups, empty groups left out."""
        return [
            Section(group.value, entries)
            for group in menu.Group
            if (entries := [entry for item, entry in self.entries if item.group is group])
        ]

    @cached_property
    def home(self) -> str:
        """Where the masthead leads: the page of the tab 首页, or the site's root for whoever has none."""
        return next((entry.url for _, entry in self.entries if entry.tab is menu.Tab.HOME), "/")

    @cached_property
    def tabs(self) -> list[TabEntry]:
        """The phone's tabs: those that this user may open, then 更多, which is current where no other is.

        A tab leads to the first of its pages in the menu and is current on each of them.
        """
        by_tab = {tab: [entry for _, entry in self.entries if entry.tab is tab] for tab in menu.Tab}
        tabs = [
            TabEntry(tab.word, tab.icon, entries[0].url, any(entry.current for entry in entries))
            for tab, entries in by_tab.items()
            if entries
        ]
        elsewhere = not any(tab.current for tab in tabs)
        return [*tabs, TabEntry("更多", "more", reverse("page:more"), elsewhere)]


def page_frame(request: HttpRequest) -> dict[str, Frame]:
    return {"frame": Frame(request)}
