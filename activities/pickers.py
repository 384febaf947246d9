"""Choosing people and units inside a form: chips, a search, hits to add. Works by plain submit buttons, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.forms.boundfield import BoundField
from django.http import QueryDict

from activities.typed import Typed, with_value, without_value
from guanai.keys import is_key

Made = TypeVar("Made")
PICKED = ("speakers", "co_hosts")


@dataclass(frozen=True, slots=True)
class Option:
    """One that is or may be chosen; `note` tells namesakes apart."""

    value: str
    label: str
    note: str = ""


@dataclass(slots=True)
class Picker:
    """One field of chips. `found` is None before anybody searched."""

    bound: BoundField
    add_word: str
    find_label: str
    nothing: str
    chosen: list[Option] = field(default_factory=list)
    found: list[Option] | None = None
    words: str = ""
    is_open: bool = False
    # There may be more than the search shows.
    is_cut: bool = False

    @property
    def name(self) -> str:
        return self.bound.name


@dataclass(frozen=True, slots=True)
class Step:
    """What a button of the form asks for: submit, draft, undo, like, unit, people (the search for them, on a page of
    its own), or find, add, drop in a picker."""

    verb: str
    name: str = ""
    value: str = ""


def step_of(post: QueryDict, trigger: str | None) -> Step:
    """Read the pressed button; `trigger` is the input whose typing made htmx ask."""
    for name in PICKED:
        for verb in ("add", "drop"):
            if value := post.get(f"{verb}_{name}"):
                return Step(verb, name, value)
        asked = post.get("step") == f"find_{name}" or trigger == f"find_{name}"
        # Enter in a search box presses the form's first button, which is no wish to save.
        by_enter = post.get("step") == "enter" and post.get(f"find_{name}", "").strip()
        if asked or by_enter:
            return Step("find", name)
    pressed = "unit" if trigger == "unit" else post.get("step", "submit")
    verbs = {"enter": "draft"} | {verb: verb for verb in ("draft", "undo", "like", "unit", "people")}
    return Step(verbs.get(pressed, "submit"))


def after(step: Step, typed: Typed) -> Typed:
    """What is typed once the step is done; only ids are taken."""
    if step.verb == "add" and step.value.isdecimal():
        return with_value(typed, step.name, step.value)
    return without_value(typed, step.name, step.value) if step.verb == "drop" else typed


def ids_in(typed: Typed, name: str) -> list[str]:
    """The chosen ids in the order in which they were chosen; what is no id of a record is left out."""
    return [text for text in dict.fromkeys(typed.get(name, [])) if is_key(text)]


def in_order(rows: Sequence[Any], ids: list[str], option: Callable[[Any], Made]) -> list[Made]:
    by_id = {str(row.pk): row for row in rows}
    return [option(by_id[pk]) for pk in ids if pk in by_id]
