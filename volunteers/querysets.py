import datetime
import re
from typing import TYPE_CHECKING, Self

from django.db.models import Case, Q, QuerySet, Value, When

from orgs.models import Unit
from orgs.querysets import in_branch_q
from volunteers.enums import CURRENT, VETERAN_KINDS, Post

if TYPE_CHECKING:
    from volunteers.models import Appointment, Honour, Team, TeamMember, Volunteer  # noqa: F401


class VolunteerQuerySet(QuerySet["Volunteer"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit)) if unit.parent_id else self.filter(county=unit)

    def on_roster(self, day: datetime.date) -> Self:
        """Who stood on the roster on a day: joined by then and not yet gone.

        A row that was merged into another counts on no day, before the merge neither: it was one person all along.
        """
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day, merged_into=None)

    def standing(self) -> Self:
        """Without the rows that were merged into others."""
        return self.filter(merged_into=None)

    def to_check(self, year: int) -> Self:
        """Who stands on the roster and has not been looked at in the year; who joined in it is right as registered."""
        rows = self.filter(status__in=CURRENT, joined_on__year__lt=year)
        return rows.filter(Q(checked_on=None) | Q(checked_on__year__lt=year))

    def called(self, words: str) -> Self:
        """Whose name has these words in it, or in pinyin begins with them; everybody where nothing is said."""
        words = "".join(words.replace("\0", "").split())
        return self.filter(_called(words)) if words else self

    def own_first(self, unit: int, most: int) -> "list[Volunteer]":
        """At most so many, those of one unit (its key) before the others, which stand in tree order."""
        own = list(self.filter(unit=unit).order_by("name_key", "pk")[:most])
        others = self.exclude(unit=unit).order_by("unit__lft", "name_key", "pk")
        return own + list(others[: most - len(own)])

    def veterans(self) -> Self:
        return self.filter(kind__in=VETERAN_KINDS)


_LETTERS = re.compile(r"[a-z]+")


def _called(words: str) -> Q:
    """A part of the name, or its pinyin from the beginning: `duchengzhi`, `duch`, or the initials `dcz`."""
    letters = words.lower()
    if not _LETTERS.fullmatch(letters):
        return Q(name__icontains=words)
    # The key reads du4 cheng2 zhi4.
    initials = " ".join(f"{letter}[a-z]*[0-9]" for letter in letters)
    spelt = "[0-9]? ?".join(letters)
    return Q(name_key__regex=f"^({initials}|{spelt})") | Q(name__icontains=words)


# The order in which a leading group stands on paper.
POST_ORDER = Case(*(When(post=post, then=Value(place)) for place, post in enumerate(Post.values)), default=Value(99))


class AppointmentQuerySet(QuerySet["Appointment"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit))

    def in_order(self) -> Self:
        """Units in tree order, posts as on paper, the latest holder first."""
        return self.order_by("unit__tree_id", "unit__lft", POST_ORDER, "-starts_on", "pk")

    def running(self, day: datetime.date) -> Self:
        """Who held a post on a day. A post ends with its committee: on the day on which the unit is closed, nobody
        holds one any more, and when the closing is taken back, everybody does again."""
        stood = Q(unit__closed_on=None) | Q(unit__closed_on__gt=day)
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), stood, starts_on__lte=day)


class TeamQuerySet(QuerySet["Team"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit))

    def in_order(self) -> Self:
        """Units in tree order, then as they were founded."""
        return self.order_by("unit__tree_id", "unit__lft", "founded_on", "pk")

    def running(self, day: datetime.date) -> Self:
        """Founded by a day and not yet dissolved."""
        return self.filter(_not_by("dissolved_on", day), founded_on__lte=day)


class TeamMemberQuerySet(QuerySet["TeamMember"]):
    def running(self, day: datetime.date) -> Self:
        """Who is in a running team on a day: joined by then, has left neither it nor the roster."""
        still = _not_by("ends_on", day) & _not_by("volunteer__left_on", day) & _not_by("team__dissolved_on", day)
        return self.filter(still, starts_on__lte=day, team__founded_on__lte=day)


class HonourQuerySet(QuerySet["Honour"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit))

    def standing(self) -> Self:
        """Those that nobody has taken down."""
        return self.filter(removed_on=None)


def _not_by(name: str, day: datetime.date) -> Q:
    """What the date at `name` ends has not ended by this day; such a date is the first day without it."""
    return Q(**{name: None}) | Q(**{f"{name}__gt": day})
