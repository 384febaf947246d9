"""服务时间 as people type it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteers.enums import Daypart, Weekday
from volunteers.imports.cells import UnreadTimeError, clean_times
from volunteers.models.volunteers import service_words

SAID = [
    # Ranges.
    ("周一至周五", "工作日全天"),
    ("周一到周五上午", "工作日上午"),
    ("周一—周五", "工作日全天"),
    ("周一-周三", "周一、周二、周三全天"),
    ("星期一～星期三下午", "周一、周二、周三下午"),
    ("周一至五", "工作日全天"),
    ("周1至周3晚上", "周一、周二、周三晚上"),
    ("周五至周一", "周一、周五、周六、周日全天"),
    ("周一至周三、周六", "周一、周二、周三、周六全天"),
    ("周一 至 周五 上午", "工作日上午"),
    # Every day, and days of a kind.
    ("每天", "每天全天"),
    ("天天", "每天全天"),
    ("随时", "每天全天"),
    ("随时都可以", "每天全天"),
    ("全天", "每天全天"),
    ("上午", "每天上午"),
    ("上午、晚上", "每天上午、晚上"),
    ("每天早上", "每天上午"),
    ("周末", "周六、周日全天"),
    ("每周末下午", "周六、周日下午"),
    ("双休日", "周六、周日全天"),
    ("工作日晚间", "工作日晚上"),
    # Single days.
    ("每周三", "周三全天"),
    ("每周三、周五下午", "周三、周五下午"),
    ("礼拜天早上", "周日上午"),
    ("周一三五上午", "周一、周三、周五上午"),
    ("周一、三、五", "周一、周三、周五全天"),
    ("周六日", "周六、周日全天"),
    ("周六（上午）、周日（下午）", "周六上午；周日下午"),
    ("周六上下午", "周六全天"),
    ("周六白天", "周六全天"),
    # What stands between.
    *((f"周六{sign}周日上午", "周六、周日上午") for sign in ("、", ",", "，", "/", "／", " ", "\u3000", "和")),
    *((f"周六上午{sign}周日下午", "周六上午；周日下午") for sign in ("；", ";", "，", "\n", "")),
    ("周六；周日上午", "周六全天；周日上午"),
    ("周一至周五晚上；周末全天", "工作日晚上；周六、周日全天"),
    ("周六上午/下午", "周六全天"),
    ("无", ""),
]
# What could mean something else, or says nothing of a week.
UNREAD = [
    *("农闲时", "周三除外", "周六不可以", "不定", "8:00-11:00", "周六2-5", "周六8点", "中午", "节假日", "每月一次"),
    *("每周一天", "每周一日", "一周三天", "每周一次", "周三次", "三天", "一、三、五"),
    *("周一至", "至周五", "周一至周一", "周一至周三至周五", "周末至周三", "周一至上午", "周一至每天"),
    *(
        "周一至周五每天上午",
        "周一至周五，每天上午",
        "每天、周六晚上",
        "上午；周六",
        "上午：周一、周三",
        "周六、周日；上午",
    ),
    *("；", "和", "周"),
]


@pytest.mark.parametrize(("said", "known"), SAID)
def test_what_can_be_read_one_way_is_read(said: str, known: str) -> None:
    assert service_words(clean_times(said)) == known


@pytest.mark.parametrize("said", UNREAD)
def test_what_may_mean_something_else_is_not_read(said: str) -> None:
    with pytest.raises(UnreadTimeError):
        clean_times(said)


PAIRS = st.sets(st.sampled_from(sorted(product(Weekday.values, Daypart.values))), min_size=1)


@given(PAIRS)
def test_whatever_our_lists_say_is_read_back(times: set[tuple[int, str]]) -> None:
    in_order = sorted(times, key=lambda time: (time[0], Daypart.values.index(time[1])))
    assert clean_times(service_words(in_order)) == sorted(times)


@given(st.text("周星期一二三四五六日天每至到-、；;/ 上下午晚全工作末随时()", max_size=20))
def test_any_cell_is_read_or_asked_about(said: str) -> None:
    try:
        times = clean_times(said)
    except UnreadTimeError:
        return
    assert times == sorted(set(times))


def test_what_is_asked_about_is_short_and_without_long_numbers() -> None:
    with pytest.raises(UnreadTimeError) as unread:
        clean_times(f"农闲时，打 13812345678 或 0839-5221234\n{'再约' * 100}")
    assert unread.value.said.startswith("农闲时,打 … 或 … 再约")
    assert len(unread.value.said) == 40
