"""服务时间 as people type it → pairs of weekday and part of the day; None where it can be read more ways than one.

Days come first, what follows them says when: 周六、周日上午 are two mornings. A semicolon or a new line parts, whatever
else stands between joins.
"""

import re
from collections.abc import Mapping
from itertools import product

from volunteers.enums import Daypart, Weekday

_WHOLE = (Daypart.MORNING, Daypart.AFTERNOON)
_PARTS = {part.label: (part,) for part in Daypart} | {"全天": _WHOLE, "上下午": _WHOLE}
_ALL: list[int] = list(Weekday.values)
_GROUPS: Mapping[str, list[int]] = {
    "每天": _ALL,
    "工作日": [day for day in _ALL if day < Weekday.SATURDAY],
    "周末": [Weekday.SATURDAY, Weekday.SUNDAY],
}
_DAYS = {sign: place for place, sign in enumerate("一二三四五六日", 1)} | {"天": 7} | {str(day): day for day in _ALL}
# What people also say, longest first.
_SAID = {
    **dict.fromkeys(("星期", "礼拜"), "周"),
    **dict.fromkeys(("早上", "早晨"), "上午"),
    **dict.fromkeys(("晚间", "夜间"), "晚上"),
    **dict.fromkeys(("一整天", "整天", "全日", "白天"), "全天"),
    **dict.fromkeys(("双休日", "双休"), "周末"),
    **dict.fromkeys(("天天", "每日", "随时"), "每天"),
}
_SYNONYM = re.compile("|".join(_SAID))
_TOKEN = re.compile(
    r"(?P<part>上下午|上午|下午|晚上|全天)|(?P<group>每天|工作日|周末)|周(?P<day>[一二三四五六日天1-7])"
    r"|(?P<bare>[一二三四五六日])|(?P<to>[至到~—–-]+)|(?P<end>[;\n\r]+)"
    r"|(?P<nothing>[、,/。:()\s]+|和|及|与|或|的|每个|每逢|每|均可以|都可以|均可|都可|都行|可以|有空)"
)
# 每周一日 may be Monday and Sunday, or one day a week.
_TWO_WAYS = re.compile("周[一二三四五]日")


class _TwoWaysError(Exception):
    """It is not read."""


class _Reader:
    """Takes one token after the other. `days` and `parts` wait for the end of their phrase."""

    def __init__(self) -> None:
        self.times: set[tuple[int, str]] = set()
        self.days: list[int] = []
        self.parts: list[Daypart] = []
        # Parts of the day that belong to no day: 上午 alone.
        self.loose: list[Daypart] = []
        self.last = ""
        self.is_open = False

    def take(self, kind: str, word: str) -> None:
        if kind == "nothing":
            return
        if self.is_open and kind not in ("day", "bare"):
            raise _TwoWaysError
        if kind == "end" or (self.parts and kind in ("day", "bare", "group")):
            self.end()
        if kind in ("day", "bare"):
            kind = self._take_day(kind, _DAYS[word])
        elif kind == "group":
            # 周一至周五每天上午 is no time of a Sunday.
            if self.days and "每天" in (word, self.last):
                raise _TwoWaysError
            self.days += _GROUPS[word]
        elif kind == "part":
            self.parts += _PARTS[word]
        elif kind == "to":
            if self.last not in ("day", "bare"):
                raise _TwoWaysError
            self.is_open = True
        self.last = word if kind == "group" else kind

    def _take_day(self, kind: str, day: int) -> str:
        """What a 至 behind it goes by: no stretch begins where another has ended."""
        # A bare 三 says something behind 周一 only.
        if (kind == "bare" and not self.days) or self.last == "每天":
            raise _TwoWaysError
        if not self.is_open:
            self.days.append(day)
            return kind
        first = self.days[-1]
        if first == day:
            raise _TwoWaysError
        # 周五至周一 goes over the end of the week.
        self.days += [(first + step - 1) % 7 + 1 for step in range((day - first) % 7 + 1)]
        self.is_open = False
        return "stretch"

    def end(self) -> None:
        if self.days:
            self.times.update(product(self.days, self.parts or _WHOLE))
        else:
            self.loose += self.parts
        self.days, self.parts, self.last = [], [], ""

    def result(self) -> list[tuple[int, str]]:
        if self.is_open:
            raise _TwoWaysError
        self.end()
        # What belongs to no day holds for all, unless days are named elsewhere.
        if bool(self.times) == bool(self.loose):
            raise _TwoWaysError
        return sorted(self.times or product(_ALL, self.loose))


def read_times(text: str) -> list[tuple[int, str]] | None:
    """周一到周五上午；周六全天 → pairs of weekday and part of the day. Without a part it is morning and afternoon."""
    said = _SYNONYM.sub(lambda found: _SAID[found[0]], text)
    reader, place = _Reader(), 0
    if _TWO_WAYS.search(said):
        return None
    try:
        while place < len(said):
            found = _TOKEN.match(said, place)
            if found is None:
                return None
            kind = found.lastgroup or ""
            reader.take(kind, found[kind])
            place = found.end()
        return reader.result()
    except _TwoWaysError:
        return None
