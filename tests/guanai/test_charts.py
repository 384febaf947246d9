"""Geometry of charts: bars from zero, legible figures, the small drawing only where it fits."""

from itertools import pairwise

import pytest
from django.template.loader import render_to_string

from guanai.charts import Bar, Chart, Point, bars_chart, grid_step, months_chart

THIS_YEAR = [62, 48, 96, 118, 134, 142, 121, 88, 83, 79, 67, None]
LAST_YEAR = [58, 44, 90, 109, 126, 135, 113, 85, 80, 77, 70, 41]


def months(this_year: list[int | None], last_year: list[int] | None = None) -> Chart:
    points = [
        Point(
            f"{number}月",
            value,
            last_year[number - 1] if last_year else None,
            href=f"/activities/?month={number}",
            partial=number == 11,
        )
        for number, value in enumerate(this_year, start=1)
    ]
    return months_chart(points, name="m", title="6 月最多", unit="场", this_series="2026 年", last_series="2025 年")


def themes(*values: int) -> Chart:
    names = ["传承红色基因", "法治教育", "科学文体", "心理健康", "家校共育", "劳动实践", "其他", "综合"]
    points = [Point(name, value, href="/x/") for name, value in zip(names, values, strict=False)]
    return bars_chart(points, name="t", title="各主题活动场次", unit="场")


def bottom(bar: Bar) -> float:
    return float(bar.y) + float(bar.height)


@pytest.mark.parametrize(
    ("largest", "step"), [(142, 50), (0, 1), (1, 0.4), (3, 1), (150, 50), (151, 60), (1038, 400), (75, 25), (6, 2)]
)
def test_three_grid_lines_reach_the_largest_value(largest: float, step: float) -> None:
    assert grid_step(largest) == pytest.approx(step)


def test_month_bars_stand_on_the_axis_in_proportion() -> None:
    chart = months(THIS_YEAR, LAST_YEAR)
    drawn = [bar for bar in chart.large.bars if bar.has_bar]
    assert len(drawn) == 11
    assert {round(bottom(bar), 0) for bar in drawn} == {float(chart.large.axis)}
    ratios = [float(bar.height) / float(bar.point.value or 0) for bar in drawn]
    assert max(ratios) - min(ratios) < 0.01


def test_month_to_come_has_only_its_label_and_last_year() -> None:
    december = months(THIS_YEAR, LAST_YEAR).large.bars[11]
    assert not december.has_bar
    assert december.last_y
    assert december.label == "12月"


def test_bars_of_both_drawings_stay_inside_and_apart() -> None:
    for drawing in months(THIS_YEAR, LAST_YEAR).drawings:
        assert float(drawing.bars[0].x) >= 0
        assert float(drawing.bars[-1].x) + float(drawing.bars[-1].width) <= drawing.width
        assert all(float(a.x) + float(a.width) < float(b.x) for a, b in pairwise(drawing.bars))


@pytest.mark.parametrize("last", range(30, 110, 2))
def test_last_year_never_strikes_through_a_figure(last: int) -> None:
    bar = months([67, 140], [last, 140]).large.bars[0]
    mark, base = float(bar.last_y), float(bar.text_y)
    assert not base - 10 <= mark <= base + 1
    assert float(bar.y) - base >= 7


def test_small_drawing_is_left_out_where_figures_would_collide() -> None:
    assert months(THIS_YEAR).small is not None
    assert months([1_000 * value if value else None for value in THIS_YEAR]).small is None


def test_year_without_a_record_draws_no_bar_height() -> None:
    chart = months([0] * 12)
    assert {bar.height for bar in chart.large.bars} == {"0"}
    assert not chart.has_last


def test_lying_bars_keep_the_order_given_and_start_at_the_axis() -> None:
    chart = themes(96, 312, 141)
    assert [bar.label for bar in chart.large.bars] == ["传承红色基因", "法治教育", "科学文体"]
    assert {bar.x for bar in chart.large.bars} == {chart.large.axis}
    widths = [float(bar.width) for bar in chart.large.bars]
    assert widths[1] == max(widths)
    assert widths[0] / widths[1] == pytest.approx(96 / 312, abs=0.01)


def test_lying_bars_leave_room_for_label_and_value_in_both_drawings() -> None:
    for drawing in themes(1038, 5, 3).drawings:
        longest = drawing.bars[0]
        assert float(longest.x) >= 6 * 13
        assert float(longest.text_x) + 5 * 7.6 <= drawing.width


def test_lying_bars_without_any_value_have_no_length() -> None:
    assert {bar.width for bar in themes(0, 0).large.bars} == {"0"}
    assert bars_chart([], name="t", title="没有主题", unit="场").large.bars == []


def test_chart_prints_values_links_bars_and_states_its_finding() -> None:
    html = render_to_string(
        "includes/chart_months.html", {"chart": months(THIS_YEAR, LAST_YEAR), "heading": "各月活动"}
    )
    assert '<title id="m-title">6 月最多</title>' in html
    assert html.count('href="/activities/?month=6"') == 3
    assert 'class="a-part"' in html
    assert "看数据表" in html
    assert "（本月至今）" in html
    assert "style=" not in html


def test_bars_chart_names_its_order() -> None:
    html = render_to_string(
        "includes/chart_bars.html", {"chart": themes(312, 268), "heading": "各主题活动", "order": "按主题目录排列"}
    )
    assert "单位：场 · 按主题目录排列" in html
    assert ">312</text>" in html
