"""The menu of every page: apps register their pages here in `AppConfig.ready()`.

The platform knows neither roles nor committees. `orgs` hands in the two things that need them:
who may open a page (`set_checker`) and whose name stands in the masthead (`set_masthead`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from django.core.cache import cache

# The signed-in user. The user model lives in `orgs`, which the platform must not import.
Someone = Any
Checker = Callable[[Someone, str], bool]


class Group(StrEnum):
    """The groups of the menu in their order on the page; the first one carries no heading."""

    START = ""
    NETWORK = "组织与队伍"
    WORK = "工作记录"
    CARE = "关爱帮扶"
    YEAR_END = "年终"
    ADMIN = "管理"


class Tab(Enum):
    """The tabs of a phone, as (word, icon), in their order. The fifth, 更多, is added by the frame."""

    HOME = ("首页", "home")
    ACTIVITIES = ("活动", "flag")
    VOLUNTEERS = ("五老", "people")
    PAIRINGS = ("结对", "hands")

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def icon(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One page of the menu.

    `action` is what the checker is asked about; an empty one is open to whoever is signed in.
    `also` names further views (prefixes of `app:name`) under which this item is the current one.
    `count` gives the number of things to do, never a total; it may cost one query.
    """

    group: Group
    label: str
    url_name: str
    action: str = ""
    order: int = 100
    tab: Tab | None = None
    also: tuple[str, ...] = ()
    count: Callable[[Someone], int] | None = None

    def match(self, view_name: str) -> int:
        """How well this item fits a view: 0 for not at all, otherwise the length of what agrees.

        `activities:activity_list` also covers `activities:activity_form`: pages of one noun share the
        words before the last underscore.
        """
        if view_name == self.url_name:
            return 1000
        app, _, name = self.url_name.rpartition(":")
        stem = f"{app}:{name.rpartition('_')[0]}_" if "_" in name else f"{self.url_name}_"
        return max((len(prefix) for prefix in (stem, *self.also) if view_name.startswith(prefix)), default=0)


@dataclass(frozen=True, slots=True)
class Masthead:
    """Whose paper this is: the full name, the one for narrow places, and who is signed in (姓名 · 职责)."""

    full: str = "关心下一代工作委员会"
    short: str = "关工委"
    person_line: str = ""

    @property
    def person(self) -> str:
        return self.person_line.partition(" · ")[0]

    @property
    def post(self) -> str:
        return self.person_line.partition(" · ")[2]


NOBODY = Masthead()


def nobody_may(user: Someone, action: str) -> bool:
    """The checker before `orgs` has named one."""
    return False


def unnamed(user: Someone) -> Masthead:
    """The masthead before `orgs` has named one."""
    return NOBODY


class Menu:
    """What the apps registered. One instance, filled while the apps start, read-only afterwards."""

    def __init__(self) -> None:
        self.items: dict[str, MenuItem] = {}
        self.checker: Checker = nobody_may
        self.masthead: Callable[[Someone], Masthead] = unnamed

    def register(self, *items: MenuItem) -> None:
        """Add pages. Registering the same page again replaces it, so `ready()` may run twice."""
        for item in items:
            self.items[item.url_name] = item

    def in_order(self) -> list[MenuItem]:
        groups = list(Group)
        return sorted(self.items.values(), key=lambda item: (groups.index(item.group), item.order))

    def open_to(self, user: Someone) -> list[MenuItem]:
        """The pages this user may open, in menu order. Each action is asked about once."""
        answers: dict[str, bool] = {"": True}
        allowed = []
        for item in self.in_order():
            if item.action not in answers:
                answers[item.action] = self.checker(user, item.action)
            if answers[item.action]:
                allowed.append(item)
        return allowed


registry = Menu()

# What others do shows after a minute at the latest, what one does oneself at once.
COUNTS_LAST = 60


def counts_for(user: Someone, items: Iterable[MenuItem]) -> dict[str, int]:
    """The number of things to do beside each item that has one, kept for a minute: every page asks for all of them."""
    key = _counts_key(user)
    kept: dict[str, int] | None = cache.get(key)
    if kept is None:
        kept = {item.url_name: item.count(user) for item in items if item.count}
        cache.set(key, kept, COUNTS_LAST)
    return kept


def forget_counts(user: Someone) -> None:
    """Called after whatever a user has written: their next page counts anew."""
    cache.delete(_counts_key(user))


def _counts_key(user: Someone) -> str:
    return f"menu-counts:{user.pk}"


def register(*items: MenuItem) -> None:
    registry.register(*items)


def set_checker(checker: Checker) -> None:
    """Called by `orgs`: who may open what, as `may(user, action) -> bool`."""
    registry.checker = checker


def set_masthead(masthead: Callable[[Someone], Masthead]) -> None:
    """Called by `orgs`: the names that stand above this user's pages."""
    registry.masthead = masthead
