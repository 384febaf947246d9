"""What somebody whose password was right has still to do before any page opens to them.

The door (`orgs.middleware.DefaultDeny`) leads to the page of the next step and to no other.
"""

from enum import StrEnum

from orgs.enums import SECOND_FACTOR_ROLES
from orgs.models import User
from orgs.scope import grants_of


class Step(StrEnum):
    """The steps in their order; each is the name of its page.

    The code comes first, so that a password that somebody else made cannot be replaced without the phone. The second
    factor is set up last, so that it is never set up by somebody who only saw the first password.
    """

    CODE = "orgs:second_factor"
    PASSWORD = "orgs:first_password"  # noqa: S105 - the name of a page
    SET_UP = "orgs:second_factor_setup"


def is_verified(user: User) -> bool:
    """Has this session passed the second factor? Set by `django_otp.middleware`."""
    return getattr(user, "otp_device", None) is not None


def needs_second_factor(user: User) -> bool:
    """Does a running role of this account ask for a second factor?"""
    return any(grant.role in SECOND_FACTOR_ROLES for grant in grants_of(user))


def next_step(user: User) -> Step | None:
    """The step that keeps this session from every other page; None for who is signed in for good."""
    verified = is_verified(user)
    if user.has_second_factor and not verified:
        return Step.CODE
    if user.must_change_password:
        return Step.PASSWORD
    if not verified and needs_second_factor(user):
        return Step.SET_UP
    return None
