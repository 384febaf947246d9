"""Geometry of the two charts, in the pixels at which they are drawn (446 wide in two columns of a page).

Numbers go into SVG attributes as strings, so that no locale can put a comma into them. Colours come from classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from unicodedata import east_asian_width

Number = int | float | Decimal

# Two columns on a desktop; a phone 390 wide, less its margins.
WIDTH, SMALL_WIDTH = 446, 312
FONT = 13


@dataclass(frozen=True, slots=True)
class Point:
    """One bar: `value` None draws none (a month to come), `partial` is a month that still runs."""

    label: str
    value: Number | None
    last_year: Number | None = None
    href: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Geometry of one bar. `has_bar` is false where there is nothing to draw but a label."""

    point: Point
    label: str
    has_bar: bool
    x: str
    y: str
    width: str
    height: str
    text_x: str
    text_y: str
    label_x: str
    label_y: str
    last_x1: str = ""
    last_x2: str = ""
    last_y: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same bars at one width. `suffix` keeps the identifiers of two drawings on one page apart."""

    suffix: str
    width: int
    height: int
    bars: list[Bar]
    grid: list[str]
    axis: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` makes the identifiers of a page unique; `title` states the finding; `unit` is the measure word.

    `small` is the drawing for phones; there is none where its figures would run into each other, and the large one
    scrolls instead.
    """

    name: str
    title: str
    unit: str
    points: Sequence[Point]
    large: Drawing
    small: Drawing | None
    this_series: str = ""
    last_series: str = ""
    partial_series: str = ""

    @property
    def drawings(self) -> list[Drawing]:
        return [self.small, self.large] if self.small else [self.large]

    @property
    def has_partial(self) -> bool:
        return any(point.partial for point in self.points)

    @property
    def has_last(self) -> bool:
        return any(point.last_year is not None for point in self.points)


def px(value: float) -> str:
    """A coordinate, at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def grid_step(largest: float) -> float:
    """The smallest of 1, 2, 2.5, 3, 4 … 10 and so on of which three steps reach the largest value."""
    if largest <= 0:
        return 1
    wanted = largest / 3
    power = 10.0 ** floor(log10(wanted))
    return next(step * power for step in (1, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= wanted * (1 - 1e-9))


def text_width(text: str) -> float:
    """Width in pixels at the chart's type size: full-width characters are square, others about half."""
    return sum(FONT if east_asian_width(char) in "WF" else FONT * 0.58 for char in text)


def value_text(value: Number | None) -> str:
    return "" if value is None else f"{value:,}"


# Months: the axis at 222, three grid lines above it up to 28, labels at 244.
AXIS_Y, TOP_Y, MONTHS_HEIGHT, MONTH_LABEL_Y = 222, 28, 262, 244
MAX_BAR, MARK_OVERHANG, TEXT_GAP, TEXT_HEIGHT = 20, 3, 8, 11


def value_text_y(bar_top: float, mark: float | None) -> float:
    """The base line of a bar's figure: above the bar, and above last year's mark where that would strike through it."""
    base = bar_top - TEXT_GAP
    if mark is not None and base - TEXT_HEIGHT - 3 <= mark <= base + 5:
        base = mark - TEXT_GAP
    return base


def months_drawing(points: Sequence[Point], width: int, suffix: str) -> Drawing:
    every = [float(value) for point in points for value in (point.value, point.last_year) if value is not None]
    step = grid_step(max(every, default=0))
    scale = (AXIS_Y - TOP_Y) / (3 * step)
    pitch = (width - 8) / max(len(points), 1)
    thick = min(MAX_BAR, pitch * 0.6)
    bars = []
    for position, point in enumerate(points):
        centre = 4 + pitch * (position + 0.5)
        height = float(point.value or 0) * scale
        mark = None if point.last_year is None else AXIS_Y - float(point.last_year) * scale
        bars.append(
            Bar(
                point=point,
                label=point.label.removesuffix("月") if suffix else point.label,
                has_bar=point.value is not None,
                x=px(centre - thick / 2),
                y=px(AXIS_Y - height),
                width=px(thick),
                height=px(height),
                text_x=px(centre),
                text_y=px(value_text_y(AXIS_Y - height, mark)),
                label_x=px(centre),
                label_y=px(MONTH_LABEL_Y),
                last_x1=px(centre - thick / 2 - MARK_OVERHANG),
                last_x2=px(centre + thick / 2 + MARK_OVERHANG),
                last_y="" if mark is None else px(mark),
            )
        )
    grid = [px(AXIS_Y - line * step * scale) for line in (1, 2, 3)]
    return Drawing(suffix=suffix, width=width, height=MONTHS_HEIGHT, bars=bars, grid=grid, axis=px(AXIS_Y))


def months_chart(
    points: Sequence[Point],
    *,
    name: str,
    title: str,
    unit: str,
    this_series: str,
    last_series: str = "",
    partial_series: str = "本月至今",
) -> Chart:
    """Upright bars over time with last year's value as a mark. `title` says the finding in one sentence."""
    widest = max((text_width(value_text(point.value)) for point in points), default=0)
    fits = widest <= (SMALL_WIDTH - 8) / max(len(points), 1)
    return Chart(
        name=name,
        title=title,
        unit=unit,
        points=points,
        large=months_drawing(points, WIDTH, ""),
        small=months_drawing(points, SMALL_WIDTH, "-small") if fits else None,
        this_series=this_series,
        last_series=last_series,
        partial_series=partial_series,
    )


BAR_HEIGHT, ROOMY_PITCH, TIGHT_PITCH, ROOMY_ROWS = 28, 48, 38, 6
LABEL_GAP, VALUE_ROOM = 12, 52


def bars_drawing(points: Sequence[Point], width: int, suffix: str) -> Drawing:
    pitch = ROOMY_PITCH if len(points) <= ROOMY_ROWS else TIGHT_PITCH
    left = ceil(max((text_width(point.label) for point in points), default=0)) + LABEL_GAP
    largest = max((float(point.value or 0) for point in points), default=0)
    scale = max(width - left - VALUE_ROOM, 0) / largest if largest else 0
    bars = []
    for position, point in enumerate(points):
        top = 6 + position * pitch
        length = float(point.value or 0) * scale
        middle = top + BAR_HEIGHT / 2 + 5
        bars.append(
            Bar(
                point=point,
                label=point.label,
                has_bar=point.value is not None,
                x=px(left),
                y=px(top),
                width=px(length),
                height=px(BAR_HEIGHT),
                text_x=px(left + length + 8),
                text_y=px(middle),
                label_x="0",
                label_y=px(middle),
            )
        )
    return Drawing(suffix=suffix, width=width, height=2 + pitch * len(points), bars=bars, grid=[], axis=px(left))


def bars_chart(points: Sequence[Point], *, name: str, title: str, unit: str) -> Chart:
    """Lying bars in the order given (the taxonomy's or the tree's, never by size), values at their ends."""
    large, small = bars_drawing(points, WIDTH, ""), bars_drawing(points, SMALL_WIDTH, "-small")
    return Chart(name=name, title=title, unit=unit, points=points, large=large, small=small)
