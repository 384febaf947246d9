"""What the demonstration adds up to, and where its chance comes from.

The targets are those of the founding document (domain.md §0) for the main year; the year before stands at nine
tenths, the running year a little above it and cut off at today.
"""

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

SEED = 510824
YEAR = 2025
YEAR_BEFORE = 0.9
YEAR_AFTER = 1.04

# Of the main year, at scale 1. Stocks are those of 31 December.
CORE_VETERANS = 5083
OTHER_VETERANS = 704
OTHER_VOLUNTEERS = 386
ACTIVITIES = {
    "virtue": 372,
    "law": 214,
    "science": 112,
    "tutoring": 86,
    "mental": 84,
    "family": 70,
    "labour": 66,
    "care": 42,
    "building": 22,
}
# Sessions of the same activities: over 1,000 moral and law talks, over 80 tutoring sessions.
SESSIONS = {"virtue": 656, "law": 392, "tutoring": 124}
PAIRINGS = 1204
FUNDS_RAISED = Decimal("7263480.00")
ALLOCATIONS = Decimal("1286000.00")
DONATIONS = 382
STUDENT_GRANTS = 716
OTHER_GRANTS = 66


@dataclass(frozen=True, slots=True)
class Plan:
    """Size, time and seed of a demonstration. Equal plans give equal records.

    `today` cuts the running year off; what lies before does not depend on it. `towns` limits the network to so many
    townships (tests), `scale` multiplies every count.
    """

    today: datetime.date
    year: int = YEAR
    seed: int = SEED
    scale: float = 1.0
    towns: int | None = None

    def __post_init__(self) -> None:
        if self.today.year < self.year:
            raise ValueError(f"the main year {self.year} has not begun on {self.today}")
        if not 0 < self.scale <= 1:
            raise ValueError(f"the scale must be above 0 and at most 1, not {self.scale}")

    @property
    def years(self) -> range:
        """From the year before the main one to the running one."""
        return range(self.year - 1, self.today.year + 1)

    def factor(self, year: int) -> float:
        """How large a year is beside the main one."""
        return YEAR_BEFORE if year < self.year else 1.0 if year == self.year else YEAR_AFTER

    def count(self, target: int, year: int | None = None) -> int:
        """A target of the main year, for the given one and at this plan's scale."""
        return max(1, round(target * (1.0 if year is None else self.factor(year)) * self.scale))

    def money(self, target: Decimal, year: int) -> Decimal:
        """The same for yuan, to full tens."""
        return (target * Decimal(str(self.factor(year))) * Decimal(str(self.scale)) / 10).quantize(Decimal(1)) * 10

    def stream(self, *names: object) -> random.Random:
        """A source of chance of its own for each subject, so that a change in one does not shift the others."""
        return random.Random("/".join(str(part) for part in (self.seed, *names)))  # noqa: S311  # not for secrets

    def has_come(self, day: datetime.date) -> bool:
        return day <= self.today


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers that add up to `total`, in proportion to the weights (largest remainders)."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: shares[index] - exact[index])
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares


def deal(dice: random.Random, total: int, places: int, most: int) -> list[int]:
    """`total` things over `places`, at least one each where it goes round, at most `most`, otherwise by chance."""
    held = [1] * places
    for _ in range(total - places):
        index = dice.randrange(places)
        while held[index] >= most:
            index = (index + 1) % places
        held[index] += 1
    return held


# Winter holidays and the Spring Festival, then Lei Feng's day, Qingming, Youth Day, Children's Day, summer classes.
MONTHS = (58, 38, 98, 120, 138, 142, 118, 86, 84, 80, 68, 56)


def some_day(
    dice: random.Random, year: int, months: Sequence[int] | None = None, *, weekend: bool | None = None
) -> datetime.date:
    """A day of the year: months by their weight, working days or weekends by wish. The Spring Festival week is free."""
    among = list(months or range(1, 13))
    while True:
        month = dice.choices(among, [MONTHS[month - 1] for month in among])[0]
        day = datetime.date(year, month, dice.randint(1, 28 if month == 2 else 30))
        if weekend is not None and (day.weekday() >= 5) is not weekend:
            continue
        if day not in _holidays(year):
            return day


_SPRING_FESTIVAL = {
    2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3)
}  # fmt: skip


def _holidays(year: int) -> set[datetime.date]:
    month, day = _SPRING_FESTIVAL.get(year, (2, 5))
    eve = datetime.date(year, month, day) - datetime.timedelta(days=1)
    festival = {eve + datetime.timedelta(days=number) for number in range(8)}
    return festival | {datetime.date(year, 10, number) for number in range(1, 5)}


def between(dice: random.Random, first: datetime.date, last: datetime.date) -> datetime.date:
    """A day from `first` to `last`, both included; `first` where the span is empty."""
    return first + datetime.timedelta(days=dice.randint(0, max(0, (last - first).days)))
