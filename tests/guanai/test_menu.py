"""The menu: what it shows to whom, and which item is the current one."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve, reverse

from guanai import menu
from guanai.context_processors import Frame
from guanai.menu import Group, Masthead, Menu, MenuItem, Tab


class Person:
    """Somebody signed in; the platform asks no more of a user than this."""

    is_authenticated = True
    large_type = True
    pk = 1


def three(user: Any) -> int:
    return 3


def secretary_masthead(user: Any) -> Masthead:
    return Masthead("亭子镇关工委", "亭子镇关工委", "罗秀琼 · 亭子镇秘书")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Menu:
    """An empty registry in place of that of the running project."""
    fresh = Menu()
    monkeypatch.setattr(menu, "registry", fresh)
    return fresh


def frame_at(path: str, user: Any) -> Frame:
    request = RequestFactory().get(path)
    request.user = user
    request.resolver_match = resolve(path)
    return Frame(request)


def test_nobody_sees_anything_before_a_checker_is_set(registry: Menu) -> None:
    registry.register(MenuItem(Group.WORK, "更多", "page:more", "page.see"))
    assert registry.open_to(Person()) == []


def test_items_come_in_the_order_of_groups_whatever_the_order_of_apps(registry: Menu) -> None:
    registry.register(
        MenuItem(Group.ADMIN, "丙", "page:more"),
        MenuItem(Group.START, "甲", "page:account"),
        MenuItem(Group.WORK, "乙二", "page:sign_out", order=2),
        MenuItem(Group.WORK, "乙一", "page:sign_in", order=1),
    )
    assert [item.label for item in registry.open_to(Person())] == ["甲", "乙一", "乙二", "丙"]


def test_each_action_is_asked_about_once(registry: Menu) -> None:
    asked: list[str] = []

    def checker(user: Any, action: str) -> bool:
        asked.append(action)
        return action == "see"

    registry.checker = checker
    registry.register(
        MenuItem(Group.WORK, "甲", "page:more", "see"),
        MenuItem(Group.WORK, "乙", "page:account", "see"),
        MenuItem(Group.WORK, "丙", "page:sign_out", "change"),
    )
    assert [item.label for item in registry.open_to(Person())] == ["甲", "乙"]
    assert sorted(asked) == ["change", "see"]


def test_registering_again_replaces(registry: Menu) -> None:
    for label in ("旧", "新"):
        registry.register(MenuItem(Group.WORK, label, "page:more"))
    assert [item.label for item in registry.in_order()] == ["新"]


@pytest.mark.parametrize(
    ("view_name", "current"),
    [
        ("activities:activity_list", "活动"),
        ("activities:activity_form", "活动"),
        ("activities:meeting_list", "会议"),
        ("activities:meeting_detail", "会议"),
        ("aid:visit_form", "会议"),
        ("reports:dashboard", None),
    ],
)
def test_pages_of_one_noun_belong_to_its_item(view_name: str, current: str | None) -> None:
    items = [
        MenuItem(Group.WORK, "活动", "activities:activity_list"),
        MenuItem(Group.WORK, "会议", "activities:meeting_list", also=("aid:visit_",)),
    ]
    best = max(items, key=lambda item: item.match(view_name))
    assert (best.label if best.match(view_name) else None) == current


def test_exact_page_wins_over_the_noun() -> None:
    noun = MenuItem(Group.WORK, "活动", "activities:activity_list")
    export = MenuItem(Group.WORK, "导出", "activities:activity_export")
    assert export.match("activities:activity_export") > noun.match("activities:activity_export")


def test_frame_of_a_stranger_is_empty(registry: Menu) -> None:
    registry.register(MenuItem(Group.WORK, "更多", "page:more"))
    frame = frame_at("/sign-in/", AnonymousUser())
    assert frame.sections == []
    assert [tab.word for tab in frame.tabs] == ["更多"]
    assert frame.masthead == menu.NOBODY
    assert not frame.large


def test_frame_marks_the_current_page_in_menu_and_tabs(registry: Menu) -> None:
    registry.masthead = secretary_masthead
    registry.register(
        MenuItem(Group.START, "工作台", "page:account", tab=Tab.HOME, count=three),
        MenuItem(Group.WORK, "活动", "page:more", tab=Tab.ACTIVITIES),
    )
    frame = frame_at("/account/", Person())
    assert [(tab.word, tab.current) for tab in frame.tabs] == [("首页", True), ("活动", False), ("更多", False)]
    assert [(section.heading, [entry.count for entry in section.entries]) for section in frame.sections] == [
        ("", [3]),
        ("工作记录", [0]),
    ]
    assert frame.home == "/account/"
    assert (frame.masthead.person, frame.masthead.post) == ("罗秀琼", "亭子镇秘书")
    assert frame.large


def test_page_without_a_tab_of_its_own_is_under_more(registry: Menu) -> None:
    registry.register(
        MenuItem(Group.START, "工作台", "page:account", tab=Tab.HOME), MenuItem(Group.WORK, "阵地", "page:more")
    )
    frame = frame_at("/more/", Person())
    assert [(tab.word, tab.current) for tab in frame.tabs] == [("首页", False), ("更多", True)]
    assert [entry.label for _, entry in frame.entries if entry.current] == ["阵地"]


def test_every_registered_page_has_an_address() -> None:
    addresses = {item.url_name: reverse(item.url_name) for item in menu.registry.in_order()}
    assert addresses
    assert all(address.startswith("/") for address in addresses.values())


def test_counts_are_kept_for_a_user_until_they_write_something() -> None:
    asked: list[int] = []

    def count(user: Any) -> int:
        asked.append(user.pk)
        return len(asked)

    items = [MenuItem(Group.WORK, "活动", "a:b", "view", count=count), MenuItem(Group.WORK, "阵地", "a:c", "view")]
    one, other = SimpleNamespace(pk=1), SimpleNamespace(pk=2)
    assert [menu.counts_for(one, items) for _ in range(2)] == [{"a:b": 1}, {"a:b": 1}]
    assert menu.counts_for(other, items) == {"a:b": 2}
    menu.forget_counts(one)
    assert menu.counts_for(one, items) == {"a:b": 3}
    assert asked == [1, 2, 1]
