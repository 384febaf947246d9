"""Every row of a file against the roster: new, changed, same, in question, or in error. Nothing is written here."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Value
from django.utils import timezone

from guanai import identity
from guanai.batches import batched
from guanai.crypto import blind_indexes
from guanai.probing import OneOf
from orgs.enums import Action
from orgs.models import Unit, User
from orgs.scope import covering
from volunteers.enums import GONE, RowState, Sex, VolunteerStatus
from volunteers.imports.cells import UNREAD_TIME, CellError, narrow
from volunteers.imports.columns import LABELS
from volunteers.imports.places import Places
from volunteers.imports.rows import Problem, Said
from volunteers.models import TERMS, Volunteer, words_of
from volunteers.services.roster import OUT_OF_LIFE, TAKEN, is_of_life

# Fields that are written as they are said.
PLAIN = (
    *("name", "sex", "phone", "address", "kind", "is_core", "former_post", "rank", "former_name", "native_place"),
    *("politics", "party_joined", "education", "work_began", "retirement", "health", "joined_on", "no_id_reason"),
)
# Cells that may be left out when they cannot be read, and what is wrong with them.
UNREAD = {"times": UNREAD_TIME}
CREATE, LEAVE_OUT = "create", "leave"
CHUNK = 5000
# Hears how many rows are done, and of how many.
Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided before: unknown terms ({"specialities": {"唱歌": "create" | "leave" | "文体书画"}}), cells
    that cannot be read ({"times": {"农闲时": "leave"}}), and rows in question ({12: "" for somebody new, or the number
    of who is meant})."""

    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Checked:
    """One row: what it means. `changes` go by field from the old value to the new one."""

    row: int
    state: RowState
    person: Volunteer | None = None
    unit: Unit | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    # Who a row in question may be, how alike they are, and the columns that are to be mended for somebody new.
    alike: list[Volunteer] = field(default_factory=list)
    likeness: str = ""
    lacks: list[str] = field(default_factory=list)


class Roster:
    """What of the base a file speaks of, read in a handful of queries whatever its length."""

    def __init__(self, rows: Sequence[Said], *, lock: bool = False) -> None:
        numbers = {said.values["number"] for said in rows if said.values.get("number")}
        ids = {said.values["id_number"] for said in rows if said.values.get("id_number")}
        indexes = {digest: number for number in ids for digest in blind_indexes(number)}
        names = {said.values["name"] for said in rows if not said.values.get("number") and "name" in said.values}
        people = _people({"number": numbers, "id_index": indexes, "name": names}, lock=lock)
        self.by_number = {person.number: person for person in people if person.number in numbers}
        found = ((indexes.get(bytes(person.id_index or b"")), person) for person in people)
        self.by_id = {number: person for number, person in found if number}
        self.by_name: dict[str, list[Volunteer]] = defaultdict(list)
        for person in people:
            if person.name in names:
                self.by_name[person.name].append(person)


def _people(wanted: Mapping[str, Collection[Any]], *, lock: bool) -> list[Volunteer]:
    """Whoever is meant by any of these values, by key; they are also locked in that order, as whoever merges or hands
    over locks them, so that nobody waits in a circle."""
    keys = {
        pk
        for name, values in wanted.items()
        for some in batched(values, CHUNK)
        for pk in Volunteer.objects.filter(OneOf(F(name), Value(some))).order_by().values_list("pk", flat=True)
    }
    # The unit is read after the lock: who moved while it was waited for would fall out of a join.
    rows = Volunteer.objects.prefetch_related("unit", "specialities", "interests", "availabilities")
    # Whoever was merged into another row is nobody any more.
    rows = rows.filter(merged_into=None).order_by("pk")
    rows = rows.select_for_update(no_key=True) if lock else rows
    return [person for some in batched(sorted(keys), CHUNK) for person in rows.filter(pk__in=some)]


class Checker:
    """Checks rows for one importer: `unit` is where new people stand whose row names no unit; `columns` say how the
    file calls a field."""

    def __init__(
        self,
        *,
        unit: Unit,
        by: User | None,
        ruling: Ruling | None = None,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        self.unit = unit
        self._columns = {**LABELS, **(columns or {})}
        self.places = Places(unit)
        self.ruling = ruling or Ruling()
        self._may_edit = covering(by, Action.EDIT_ROSTER) if by is not None else (lambda _: True)
        self._terms = {name: words_of(model) for name, model in TERMS.items()}
        self._ids: dict[str, int] = {}
        self._people: dict[int, int] = {}
        # By field, what is on no list or cannot be read, and in which rows.
        self.unknown: dict[str, dict[str, list[int]]] = {name: {} for name in (*TERMS, *UNREAD)}

    def check(self, rows: Sequence[Said], *, lock: bool = False, told: Told | None = None) -> list[Checked]:
        """One result for each row, in the order of the file; `told` hears now and then how many are done."""
        roster = Roster(rows, lock=lock)
        results = []
        for place, said in enumerate(rows, 1):
            results.append(self._check(said, roster))
            if told and (place % CHUNK == 0 or place == len(rows)):
                told(place, len(rows))
        return results

    def _check(self, said: Said, roster: Roster) -> Checked:
        result = Checked(said.row, RowState.ERROR, values=dict(said.values), problems=list(said.problems))
        self._see_identity(result)
        self._see_terms(result)
        self._see_unread(result, said)
        person = self._match(result, roster)
        self._see_unit(result, person)
        if person is None:
            # Whoever has a number is on the roster; which of them is unclear, not what a new entry needs.
            if not result.values.get("number"):
                self._see_new(result)
            if result.problems:
                # What is wrong besides has to be put right first.
                is_asked = bool(result.alike) and all(problem.asked for problem in result.problems)
                result.state = RowState.QUESTION if is_asked else RowState.ERROR
        elif not result.problems:
            self._see_known(result, person)
        return result

    def _wrong(self, result: Checked, name: str, reason: str, *, asked: bool = False) -> None:
        result.problems.append(Problem(self._columns[name], reason, asked))

    def _see_identity(self, result: Checked) -> None:
        """ID, birth date and sex agree; the same ID stands once in a file."""
        values = result.values
        number = values.get("id_number")
        if not number:
            return
        born, sex = identity.birth_date_of(number), identity.sex_of(number)
        said = values.get("birth_date")
        if said and not f"{born}".startswith(said):
            self._wrong(result, "birth_date", "与身份证号里的出生日期不一致。")
        if values.setdefault("sex", sex) != sex:
            self._wrong(result, "sex", f"与身份证号不一致，证件号是{Sex(sex).label}性。")
        earlier = self._ids.setdefault(number, result.row)
        if earlier != result.row:
            self._wrong(result, "id_number", f"与第 {earlier} 行的证件号相同。")

    def _see_unit(self, result: Checked, person: Volunteer | None) -> None:
        """The unit that a row names; the name of where somebody stands already may be that of other villages too."""
        said = result.values.pop("unit", None)
        if said is None or (person is not None and said in (person.unit.short_name, person.unit.name)):
            return
        try:
            result.unit = self.places.find(said)
        except CellError as error:
            self._wrong(result, "unit", error.reason)

    def _see_terms(self, result: Checked) -> None:
        """Terms become the keys of the county's lists; what is on none of them is an error until somebody rules."""
        for name in TERMS:
            if name not in result.values:
                continue
            keys: list[int | str] = []
            for term in result.values[name]:
                known = self._terms[name].get(term)
                ruled = self.ruling.terms.get(name, {}).get(term, "")
                if known is not None:
                    keys.append(known)
                elif ruled == CREATE:
                    keys.append(term)
                elif ruled in self._terms[name]:
                    keys.append(self._terms[name][ruled])
                elif ruled != LEAVE_OUT:
                    self._unknown(result, name, term)
            result.values[name] = list(dict.fromkeys(keys))

    def _unknown(self, result: Checked, name: str, term: str) -> None:
        self.unknown[name].setdefault(term, []).append(result.row)
        self._wrong(result, name, f"“{term[:20]}”不在{LABELS[name]}目录里。", asked=True)

    def _see_unread(self, result: Checked, said: Said) -> None:
        """Of a cell that cannot be read nothing is taken, once somebody ruled so; else it keeps the row out."""
        for name, text in said.unread.items():
            if self.ruling.terms.get(name, {}).get(text) == LEAVE_OUT:
                continue
            self.unknown[name].setdefault(text, []).append(result.row)
            self._wrong(result, name, UNREAD[name], asked=True)

    def _match(self, result: Checked, roster: Roster) -> Volunteer | None:
        """Who is meant: by number, by ID, or by ruling; a mere name never decides."""
        values = result.values
        if number := values.get("number"):
            person = roster.by_number.get(number)
            if person is None or not self._may_edit(person.unit):
                # Of another roster nothing is said, not even that there is such a number.
                self._wrong(result, "number", "名册里没有这个编号。")
                return None
            if values.get("id_number") and person.id_number and values["id_number"] != person.id_number:
                self._wrong(result, "id_number", "与这个编号登记的证件号不同，请核对。")
            elif roster.by_id.get(values.get("id_number", ""), person).pk != person.pk:
                self._wrong(result, "id_number", TAKEN)
            return self._only_once(result, person)
        person = roster.by_id.get(values.get("id_number", ""))
        if person is not None and not self._may_edit(person.unit):
            self._wrong(result, "id_number", TAKEN)
            return None
        if person is not None:
            if values.get("name", person.name) != person.name:
                self._wrong(result, "name", "证件号已登记，但登记的姓名不同，请核对。")
            return self._only_once(result, person)
        return self._only_once(result, self._by_name(result, roster))

    def _by_name(self, result: Checked, roster: Roster) -> Volunteer | None:
        alike = [
            person
            for person in roster.by_name.get(result.values.get("name", ""), ())
            if self._may_edit(person.unit) and _may_be(person, result.values)
        ]
        if not alike:
            return None
        if result.row in self.ruling.people:
            chosen = self.ruling.people[result.row]
            return next((person for person in alike if person.number == chosen), None)
        result.alike, result.likeness = alike, _likeness(alike, result.values)
        numbers = "、".join(person.number for person in alike[:3])
        reason = f"与名册中 {numbers} {result.likeness}。是同一人的，请填编号；不是的，请填身份证号。"
        self._wrong(result, "name", reason, asked=True)
        return None

    def _only_once(self, result: Checked, person: Volunteer | None) -> Volunteer | None:
        if person is not None:
            earlier = self._people.setdefault(person.pk, result.row)
            if earlier != result.row:
                self._wrong(result, "name", f"与第 {earlier} 行是同一个人。")
        return person

    def _see_new(self, result: Checked) -> None:
        if not result.problems:
            result.unit = result.unit or self.unit
        self._see_lacks(result)
        self._check_times(result)
        result.state = RowState.ERROR if result.problems else RowState.NEW

    def _see_lacks(self, result: Checked) -> None:
        """What somebody new must have and be; a cell that is wrong already is not missing too. Who may be one of those
        of the same name lacks it only if they are somebody else."""
        values, wrong = result.values, {problem.column for problem in result.problems}
        lacks: dict[str, str] = {}
        if not values.get("name"):
            lacks["name"] = "缺姓名。"
        if not values.get("kind"):
            lacks["kind"] = "缺五老类别。"
        if not values.get("id_number") and self._columns["id_number"] not in wrong:
            if not values.get("no_id_reason"):
                lacks["id_number"] = "缺证件号；没有证件的，加“无证件的原因”一栏写明。"
            if not values.get("sex"):
                lacks["sex"] = "没有证件号的要填性别。"
        if values.get("deceased") or values.get("status") in GONE:
            lacks["status"] = "已退出或离世的不再入库。"
        for name, reason in lacks.items():
            if self._columns[name] in wrong:
                continue
            if result.alike:
                result.lacks.append(self._columns[name])
            self._wrong(result, name, f"是另一个人的：{reason}" if result.alike else reason, asked=bool(result.alike))

    def _see_known(self, result: Checked, person: Volunteer) -> None:
        result.person = person
        values = result.values
        for name in PLAIN:
            if name in values and values[name] != "" and not _says(values[name], getattr(person, name)):
                result.changes[name] = (getattr(person, name), values[name])
        if values.get("id_number") and not person.id_number:
            result.changes["id_number"] = ("", values["id_number"])
        self._see_birth(result, person)
        if result.unit is not None and result.unit.pk != person.unit_id:
            result.changes["unit"] = (person.unit, result.unit)
        for name in TERMS:
            if name in values and set(values[name]) != {one.pk for one in getattr(person, name).all()}:
                result.changes[name] = ([one.pk for one in getattr(person, name).all()], values[name])
        if "times" in values:
            known = sorted((time.weekday, time.daypart) for time in person.availabilities.all())
            if values["times"] != known:
                result.changes["times"] = (known, values["times"])
        self._see_state(result, person)
        self._check_times(result)
        if result.problems:
            result.state = RowState.ERROR
        else:
            result.state = RowState.CHANGED if result.changes else RowState.SAME

    def _see_birth(self, result: Checked, person: Volunteer) -> None:
        said = result.values.get("birth_date")
        if not said or result.values.get("id_number"):
            return
        if person.birth_date:
            if not f"{person.birth_date}".startswith(said):
                self._wrong(result, "birth_date", "与登记的出生日期不一致，请核对。")
        elif len(said) == 10:
            result.changes["birth_date"] = (None, said)
        elif person.birth_year != int(said[:4]):
            result.changes["birth_year"] = (person.birth_year, int(said[:4]))

    def _see_state(self, result: Checked, person: Volunteer) -> None:
        """暂停 and 在册 may come from a file; who left or died needs a day, and has posts to see to: on their page."""
        values = result.values
        status = values.get("status", person.status)
        if values.get("deceased"):
            status = VolunteerStatus.DECEASED
        if status == person.status:
            return
        if status in GONE or person.status in GONE:
            self._wrong(result, "status", "退出、离世和恢复在册，请在本人的页面登记日期和原因。")
        else:
            result.changes["status"] = (person.status, status)

    def _check_times(self, result: Checked) -> None:
        """入党 and 参加工作 after the birth and before today; nobody joins a roster tomorrow."""
        values = result.values
        born = (values.get("id_number") or "")[6:10] or (values.get("birth_date") or "")[:4]
        birth_year = int(born) if born else result.person.birth_year if result.person else None
        for name in ("party_joined", "work_began"):
            if name in values and not is_of_life(values[name], birth_year):
                self._wrong(result, name, OUT_OF_LIFE)
        joined: datetime.date | None = values.get("joined_on")
        if joined and joined > timezone.localdate():
            self._wrong(result, "joined_on", "入库日期不能晚于今天。")


def _says(said: Any, held: Any) -> bool:
    """Does a cell say what is held? A text is read with narrow signs and single blanks: the brackets that somebody
    typed in the form, 教育局（退休）, come back from an exported list as no change."""
    return bool(said == held) or (isinstance(held, str) and said == " ".join(narrow(held).split()))


def _likeness(alike: Sequence[Volunteer], values: Mapping[str, Any]) -> str:
    """同名同出生日期, as far as both sides know the date; 同名 where one of them does not."""
    said = len(_said_birth(values))
    known = min(10 if person.birth_date else 4 if person.birth_year else 0 for person in alike)
    return {10: "同名同出生日期", 7: "同名同出生年月", 4: "同名同出生年份"}.get(min(said, known), "同名")


def _said_birth(values: Mapping[str, Any]) -> str:
    number = values.get("id_number")
    return values.get("birth_date") or (f"{identity.birth_date_of(number)}" if number else "")


def _may_be(person: Volunteer, values: Mapping[str, Any]) -> bool:
    """Could a row of the same name be this person? Not if both have an ID, nor if the birth dates contradict."""
    if values.get("id_number") and person.id_number:
        return False
    said = _said_birth(values)
    known = f"{person.birth_date}" if person.birth_date else str(person.birth_year or "")
    shared = min(len(said), len(known))
    return said[:shared] == known[:shared]
