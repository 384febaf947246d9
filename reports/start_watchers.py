"""What the day of who keeps the accounts, or reads the trail, starts with: each number opens the list behind it."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from guanai.enums import Verb
from guanai.models import SealCheck
from orgs.accounts import accounts_for_user, in_state
from orgs.enums import AccountState, Action
from orgs.models import User
from orgs.scope import may
from orgs.trail import ACTIONS, LOOK, counts_for_user

WEEK = 7
# What asks for the keeper of accounts, under the words of this page.
STATES = (
    (AccountState.NEW, "还没有首次登录"),
    (AccountState.LOCKED, "锁定"),
    (AccountState.BARE, "该设双因素还没有设"),
    (AccountState.ENDING, "职责 14 天内到期"),
)
# What the auditor looks at first, under the words of the trail's filter.
WATCHED = (Verb.SIGN_IN_FAILED.value, Verb.DENIED.value, Verb.EXPORTED.value, LOOK)


@dataclass(frozen=True, slots=True)
class Fact:
    """One number of the page."""

    label: str
    value: int
    measure: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """The page; what is not the reader's work is empty. `check` is the last look at the seals, if there was one."""

    accounts: list[Fact]
    trail: list[Fact]
    check: SealCheck | None


def watches(user: User) -> bool:
    return may(user, Action.MANAGE_ACCOUNTS) or may(user, Action.VIEW_TRAIL)


def watch_of(user: User) -> Watch:
    """Everything on the page, with the same number of queries whatever there is."""
    reads = may(user, Action.VIEW_TRAIL)
    return Watch(
        accounts=account_facts(user) if may(user, Action.MANAGE_ACCOUNTS) else [],
        trail=trail_facts(user) if reads else [],
        check=SealCheck.objects.first() if reads else None,
    )


def account_facts(user: User) -> list[Fact]:
    accounts = accounts_for_user(user)
    url = reverse("orgs:account_list")
    return [
        Fact(label, in_state(user, accounts, state).count(), "个", f"{url}?{urlencode({'state': state.value})}")
        for state, label in STATES
    ]


def trail_facts(user: User) -> list[Fact]:
    """Of the last seven days, and of today beside it."""
    today = timezone.localdate()
    since = today - datetime.timedelta(days=WEEK - 1)
    counted = counts_for_user(user, WATCHED, since, today)
    url = reverse("orgs:trail_list")
    facts = []
    for action in WATCHED:
        week, now = counted[action]
        query = urlencode({"action": action, "since": since.isoformat()})
        facts.append(Fact(ACTIONS[action][0], week, "次", f"{url}?{query}", f"今天 {now:,} 次"))
    return facts
