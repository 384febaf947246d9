"""What cannot be right about an entry, in plain words: shared by the form, the services and later the import.

Each function gives {field: message}; an empty one means that nothing is wrong.
"""

import datetime

from orgs.services import NETWORK_BEGAN

# More than this at one activity is a slip of the finger: the county's largest square holds fewer.
MOST_PEOPLE = 20_000
MOST_SESSIONS = 50
# A year before there was any committee is a typing mistake.
FIRST_YEAR = NETWORK_BEGAN.year


def people_problems(*, young_people: int, in_need: int, others: int) -> dict[str, str]:
    """Counts of one activity, in 人次."""
    counts = {"young_people": young_people, "in_need": in_need, "others": others}
    problems = {
        field: f"{count:,} 人次太多了，一次活动最多 {MOST_PEOPLE:,}，请核对。"
        for field, count in counts.items()
        if count > MOST_PEOPLE
    }
    if in_need > young_people:
        problems["in_need"] = f"其中留守、困境 {in_need:,}，比青少年 {young_people:,} 还多。"
    return problems


def session_problems(sessions: int) -> dict[str, str]:
    if sessions < 1:
        return {"sessions": "至少 1 场。"}
    if sessions > MOST_SESSIONS:
        return {"sessions": f"一天 {sessions} 场太多了，最多 {MOST_SESSIONS}，请核对。"}
    return {}


def day_problems(held_on: datetime.date, today: datetime.date) -> dict[str, str]:
    """Only what has happened is recorded."""
    if held_on > today:
        return {"held_on": f"{held_on:%Y-%m-%d} 还没有到（今天 {today:%Y-%m-%d}），办完以后再记。"}
    if held_on.year < FIRST_YEAR:
        return {"held_on": f"{held_on.year} 年太早了，请核对年份。"}
    return {}


def time_problems(starts_at: datetime.time | None, ends_at: datetime.time | None) -> dict[str, str]:
    if starts_at and ends_at and ends_at <= starts_at:
        return {"ends_at": f"结束时间 {ends_at:%H:%M} 不在开始时间 {starts_at:%H:%M} 之后。"}
    if ends_at and not starts_at:
        return {"starts_at": "填了结束时间，请把开始时间也填上。"}
    return {}
