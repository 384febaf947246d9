"""What a view says about who may open it.

Every view names its action with one of these decorators; `orgs.middleware.DefaultDeny` refuses a view that names
none. Only `orgs.scope` knows what an action means on the tree; this module only carries the word.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.views.decorators.http import require_http_methods

View = TypeVar("View", bound=Callable[..., Any])

# A page with a form: shown, and sent.
get_or_post: Final = require_http_methods(["GET", "HEAD", "POST"])

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"


def needs(action: str) -> Callable[[View], View]:
    """Declare that a view needs `action` on at least one branch; the rows are narrowed by the view itself."""

    def mark(view: View) -> View:
        view.guanai_action = str(action)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Declare that anybody may open a view, signed in or not."""
    return needs(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Declare that every signed-in person may open a view."""
    return needs(SIGNED_IN)(view)


def declared_action(view: Callable[..., Any]) -> str | None:
    """The action that a resolved view declares, or None where it declares none.

    A class-based view (DRF) carries the word on the class or, for a viewset, as attribute of the class that the
    callable remembers.
    """
    action = getattr(view, "guanai_action", None)
    if action is None:
        owner = getattr(view, "cls", None) or getattr(view, "view_class", None)
        action = getattr(owner, "guanai_action", None)
    return action
