"""What a check found, small enough for a page whatever the file: counts, fifty rows, wrong rows by their reason."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from guanai.identity import mask_id, mask_phone
from volunteers.enums import RowState
from volunteers.imports.checking import Checked
from volunteers.imports.columns import LABELS
from volunteers.models import TERMS, Volunteer, service_words

if TYPE_CHECKING:
    from volunteers.services.imports import FileCheck

SHOWN = 50
# So many reasons, and of each so many stretches of rows, are shown; the file with the reasons has them all.
REASONS, STRETCHES = 200, 60
# So many terms and people are asked about at once.
ASKED = 50
_SECRET = {"id_number": mask_id, "phone": mask_phone}
_HIDDEN = ("address", "birth_date")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the preview, masked as the roster is."""

    row: int
    state: RowState
    name: str
    unit: str
    what: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """One reason and the rows that it holds for."""

    column: str
    reason: str
    numbers: Sequence[int]

    @property
    def rows(self) -> str:
        """3、7–9."""
        return ranges(self.numbers)

    @property
    def count(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Question:
    """A row that may be one of those of the same name: (number, unit) of each, how alike they are, and the columns
    that are to be mended in the file before it can be somebody new."""

    row: int
    name: str
    alike: Sequence[tuple[str, str]]
    likeness: str = "同名"
    lacks: Sequence[str] = ()


@dataclass(frozen=True)
class Preview:
    """What a check found. `unknown` are terms that are on no list, and cells that cannot be read, by field, with the
    rows that they stand in, as words."""

    rows: int
    new: int
    changed: int
    same: int
    wrong: int
    lines: Sequence[Line]
    problems: Sequence[Wrong]
    questions: Sequence[Question]
    unknown: Mapping[str, Mapping[str, str]]

    @property
    def to_write(self) -> int:
        return self.new + self.changed

    @property
    def plainly_wrong(self) -> int:
        """Without those that are asked about."""
        return self.wrong - len(self.questions)

    @cached_property
    def plain_problems(self) -> Sequence[Wrong]:
        """Without the rows that are asked about: what keeps those out is said with the question."""
        asked = {question.row for question in self.questions}
        left = [
            Wrong(one.column, one.reason, [row for row in one.numbers if row not in asked]) for one in self.problems
        ]
        return [one for one in left if one.numbers]

    @property
    def shown_problems(self) -> Sequence[Wrong]:
        return self.plain_problems[:REASONS]

    @property
    def more_problems(self) -> int:
        return max(len(self.plain_problems) - REASONS, 0)


def as_text(preview: Preview) -> str:
    """As it is kept with the import."""
    return json.dumps(asdict(preview), ensure_ascii=False)


def from_text(text: str) -> Preview:
    """What `as_text` made."""
    kept = json.loads(text)
    kept["lines"] = [Line(**{**line, "state": RowState(line["state"])}) for line in kept["lines"]]
    kept["problems"] = [Wrong(**problem) for problem in kept["problems"]]
    kept["questions"] = [Question(**{**one, "alike": [(n, u) for n, u in one["alike"]]}) for one in kept["questions"]]
    return Preview(**kept)


def preview_of(found: "FileCheck") -> Preview:
    counts = found.counts
    # What is to be read first: the wrong rows have a table of their own, and what is the same is only counted.
    order = (RowState.CHANGED, RowState.NEW)
    words = {name: dict(model.objects.values_list("pk", "name")) for name, model in TERMS.items()}
    good = sorted((one for one in found.results if one.state in order), key=lambda one: order.index(one.state))
    return Preview(
        rows=len(found.results),
        new=counts[RowState.NEW],
        changed=counts[RowState.CHANGED],
        same=counts[RowState.SAME],
        wrong=len(found.wrong),
        lines=[_line(result, words) for result in good[:SHOWN]],
        problems=_problems(found.wrong),
        questions=[_question(result) for result in found.questions[:ASKED]],
        unknown={
            name: {term: ranges(rows) for term, rows in islice(terms.items(), ASKED)}
            for name, terms in found.unknown.items()
        },
    )


def _question(result: Checked) -> Question:
    alike = [(person.number, person.unit.short_name) for person in result.alike]
    return Question(result.row, result.values.get("name", ""), alike, result.likeness, result.lacks)


def _line(result: Checked, words: Mapping[str, Mapping[int, str]]) -> Line:
    name = result.values.get("name") or (result.person.name if result.person else "")
    unit = result.unit or (result.person.unit if result.person else None)
    what = "；".join(_change(name, *values, words) for name, values in result.changes.items())
    return Line(result.row, result.state, name, unit.short_name if unit else "", what)


def _change(name: str, old: Any, new: Any, words: Mapping[str, Mapping[int, str]]) -> str:
    label = LABELS.get(name, "出生年份")
    if name in _HIDDEN or name == "birth_year":
        return f"{label}有变化"
    if name in _SECRET:
        return f"{label}：{_SECRET[name](old) or '没有'} → {_SECRET[name](new)}"
    if name == "times":
        return f"{label}：{service_words(old) or '没有'} → {service_words(new) or '没有'}"
    if name in TERMS:
        # A term that is to be added to its list is still a word.
        before, after = ["、".join(words[name].get(one, str(one)) for one in terms) for terms in (old, new)]
        return f"{label}：{before or '没有'} → {after or '没有'}"
    return f"{label}：{_shown(name, old) or '没有'} → {_shown(name, new)}"


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "unit":
        return str(value.short_name)
    choices = dict(getattr(Volunteer._meta.get_field(name), "flatchoices", ()))
    return str(choices.get(value, value) or "")


def _problems(wrong: Iterable[Checked]) -> list[Wrong]:
    of_reason: dict[tuple[str, str], list[int]] = {}
    for result in wrong:
        for problem in result.problems:
            of_reason.setdefault((problem.column, problem.reason), []).append(result.row)
    return [Wrong(column, reason, rows) for (column, reason), rows in of_reason.items()]


def ranges(rows: Sequence[int]) -> str:
    """[3, 7, 8, 9] → 3、7–9; what would be too long ends with 等."""
    parts: list[tuple[int, int]] = []
    for row in rows:
        if parts and parts[-1][1] == row - 1:
            parts[-1] = (parts[-1][0], row)
        else:
            parts.append((row, row))
    words = [str(first) if first == last else f"{first}–{last}" for first, last in parts[:STRETCHES]]
    return "、".join(words) + ("等" if len(parts) > STRETCHES else "")
