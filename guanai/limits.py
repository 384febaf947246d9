"""How often somebody may do one thing: a counter in the cache that starts anew when its time is over."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.core.exceptions import ValidationError

Result = TypeVar("Result")
HOUR = 3600
# Whether an identity number is registered can be asked by looking it up, and by trying to register it.
NUMBERS_PER_HOUR = 30
_NUMBER = "identity_number"


def within_limit(what: str, user: Any, *, most: int, seconds: int) -> bool:
    """Count one more try; False once there were more than `most` since the first of the running period."""
    key = _key(what, user)
    cache.add(key, 0, seconds)
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:
        # It ran out between the two: the period begins anew.
        cache.set(key, 1, seconds)
        return True


def may_ask_for_number(user: Any) -> bool:
    """Count one more question whether an identity number is registered; False once there were too many in the hour."""
    return within_limit(_NUMBER, user, most=NUMBERS_PER_HOUR, seconds=HOUR)


def writing_number(*, by: Any, number: str, write: Callable[[], Result], instead_of: str = "") -> Result:
    """The result of `write`, which stores a record with an identity number; where it is refused, that was a question.

    Any refusal counts, whatever it names: that it is not "registered already" is an answer too. What is stored counts
    for nothing, so that nobody who has a whole village to register is held up; but a record that loses the number that
    it had, `instead_of` which it gets another one or none, counts, or one record would do to try out a thousand.
    Where nothing of this happens there is no limit.

    Raises:
        ValidationError: what `write` raises; at `id_number` where there were too many questions in the hour.
    """
    replaces = bool(instead_of) and instead_of != number
    if not (number or replaces):
        return write()
    if cache.get(_key(_NUMBER, by), 0) >= NUMBERS_PER_HOUR:
        words = f"一小时内最多核对 {NUMBERS_PER_HOUR} 个证件号（含查找和登记被退回的），请过一会儿再保存。"
        raise ValidationError({"id_number": words}, code="too_many")
    try:
        written = write()
    except ValidationError:
        may_ask_for_number(by)
        raise
    if replaces:
        may_ask_for_number(by)
    return written


def _key(what: str, user: Any) -> str:
    return f"limit:{what}:{user.pk}"
