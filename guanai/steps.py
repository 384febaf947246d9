"""A road of steps for templates/includes/steps.html: what is past, where one stands, what is to come."""

from collections.abc import Sequence


def step_state(place: int, now: int) -> str:
    """past, now, or "" for what is to come; both count from 0."""
    return "past" if place < now else "now" if place == now else ""


def steps_at(words: Sequence[str], now: int) -> list[dict[str, str]]:
    """The steps by their words alone."""
    return [{"word": word, "note": "", "state": step_state(place, now)} for place, word in enumerate(words)]
