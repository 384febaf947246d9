"""What the people of the demonstration did besides recording: sign-ins, looks at personal fields, downloads, refusals.

So that the auditor's page has something to read. Row changes are not made up: loading itself leaves them.
"""

import datetime
import random

from django.utils import timezone

from aid.models import Child
from guanai.bulk import copy
from guanai.enums import Verb
from guanai.models import TrailEntry, ViewLog
from orgs.enums import Role
from orgs.models import User
from reports.demo.accounts import SIGN_INS
from reports.demo.world import World

# A stream of its own: what comes before and after it in the demonstration stays as it was.
SEED, DAYS, LOOKS = 20260, 14, 3
FIELDS = ("监护人电话", "住址", "姓名")
REASONS = ("联系走访", "核对登记", "发放助学金或物资")
FILES = {Role.COUNTY_OFFICE: "儿童名册", Role.SECRETARY: "五老名册", Role.FUND_MANAGER: "关爱基金流水"}


def leave_trail(world: World) -> tuple[int, int]:
    """Returns (entries, looks) of the fortnight before the demonstration's day, from the offices' addresses."""
    dice = random.Random(SEED)  # noqa: S311  # figures of a demonstration
    entries: list[TrailEntry] = []
    looks: list[tuple[object, ...]] = []
    for place, (role, _, _, username) in enumerate(SIGN_INS):
        user, address = world.users[username], f"10.51.{place // 4}.{20 + place}"
        children = _children_of(user) if role in (Role.COUNTY_OFFICE, Role.SECRETARY) else []
        for back in range(DAYS, 0, -1):
            if dice.random() < 0.4:
                continue
            at = _morning(world.plan.today - datetime.timedelta(days=back), dice)
            entries += _day(user, role, at, address, dice)
            if children and back % 5 == 0:
                looks += [_look(user, dice.choice(children), at, address, dice) for _ in range(LOOKS)]
    TrailEntry.objects.bulk_create(sorted(entries, key=lambda entry: str(entry.at)))
    columns = ("user_id", "at", "record", "record_id", "field", "reason", "address")
    copy(ViewLog, columns, sorted(looks, key=lambda look: str(look[1])))
    return len(entries), len(looks)


def _children_of(user: User) -> list[int]:
    """Some children of the user's own branch, by key."""
    unit = user.memberships.select_related("unit").get().unit
    branch = {"unit__tree_id": unit.tree_id, "unit__lft__gte": unit.lft, "unit__rght__lte": unit.rght}
    return list(Child.objects.filter(**branch).order_by("pk").values_list("pk", flat=True)[:20])


def _morning(day: datetime.date, dice: random.Random) -> datetime.datetime:
    clock = datetime.time(8, dice.randrange(20, 60), dice.randrange(60))
    return timezone.make_aware(datetime.datetime.combine(day, clock))


def _day(user: User, role: str, at: datetime.datetime, address: str, dice: random.Random) -> list[TrailEntry]:
    """A mistyped password now and then, the sign-in, a download, the sign-out."""

    def entry(verb: Verb, minutes: int, **detail: object) -> TrailEntry:
        moment = at + datetime.timedelta(minutes=minutes)
        # Nobody is signed in yet whose password is wrong: the account is what was tried at.
        who = (
            {"record": user._meta.label_lower, "record_id": user.pk} if verb == Verb.SIGN_IN_FAILED else {"actor": user}
        )
        return TrailEntry(verb=verb, at=moment, address=address, detail=detail, **who)

    done = [entry(Verb.SIGN_IN_FAILED, -1)] if dice.random() < 0.1 else []
    done.append(entry(Verb.SIGN_IN, 0))
    if role in FILES and dice.random() < 0.3:
        done.append(entry(Verb.EXPORTED, 25, file=f"{FILES[Role(role)]}{at:%Y%m%d}.xlsx", method="GET"))
    done.append(entry(Verb.SIGN_OUT, dice.randrange(40, 180)))
    return done


def _look(user: User, child: int, at: datetime.datetime, address: str, dice: random.Random) -> tuple[object, ...]:
    moment = at + datetime.timedelta(minutes=dice.randrange(2, 35))
    return user.pk, moment, Child._meta.label_lower, child, dice.choice(FIELDS), dice.choice(REASONS), address
