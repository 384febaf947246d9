"""How often somebody may do one thing: a counter in the cache that starts anew when its time is over."""

from typing import Any

from django.core.cache import cache


def within_limit(what: str, user: Any, *, most: int, seconds: int) -> bool:
    """Count one more try; False once there were more than `most` since the first of the running period."""
    key = f"limit:{what}:{user.pk}"
    cache.add(key, 0, seconds)
    try:
        return bool(cache.incr(key) <= most)
    except ValueError:
        # It ran out between the two: the period begins anew.
        cache.set(key, 1, seconds)
        return True
