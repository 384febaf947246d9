"""Many counties of the same five thousand people, loaded by COPY past the triggers: what a list must not notice.

One county has thirty townships with fifteen villages each; each of its people has two specialities, one time of
service and, one in ten, a post; each of its thousand activities has a speaker and three who took part.
"""

import datetime
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from activities.models import Activity, Theme
from guanai import bulk
from guanai.crypto import encrypt
from guanai.database_role import as_owner
from guanai.pinyin import pinyin_key
from orgs.enums import ORDER_OF_KIND, UnitKind
from orgs.models import Unit, User
from orgs.services import NETWORK_BEGAN
from reports.demo.names import Registry, some_sex
from tests.factories import make_theme, make_user
from volunteers.enums import Daypart, VeteranKind
from volunteers.models import Appointment, Availability, Speciality, Volunteer

PEOPLE, ACTIVITIES = 5000, 1000
TOWNSHIPS, VILLAGES = 30, 15
UNITS = 1 + TOWNSHIPS * (1 + VILLAGES)
SPECIALITIES = ("红色教育", "法治", "健康", "科技", "心理", "家庭教育", "文体书画", "农技", "学业辅导")
SEED = 20260801


@dataclass(frozen=True, slots=True)
class Someone:
    """What one place of every county's roster holds; encrypted once, since the bytes do not matter to a list."""

    name: str
    name_key: str
    sex: str
    birth_year: int
    birth_date: bytes
    id_number: bytes
    phone: bytes
    address: bytes
    kind: str


def load_counties(numbers: Sequence[int]) -> None:
    """The counties of these numbers (from 1), which must be the next ones; analysed in the end."""
    people = _people()
    with transaction.atomic():
        if not Theme.objects.exists():
            for position, name in enumerate(SPECIALITIES):
                Speciality.objects.create(name=name, position=position)
            make_theme("立德树人")
            make_user("recorder")
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        # Neither history nor the checks of references: what is loaded is consistent, and not what is measured.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for rows in (_units, _roster, _specialities, _times, _posts, _activities, _speakers, _participants):
            model, columns, make = rows()
            bulk.copy(model, columns, (row for number in numbers for row in make(number, people)))
        for model in (Unit, Volunteer, Appointment, Activity):
            last = model._default_manager.order_by("-pk").values_list("pk", flat=True)[0]
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, last])
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


Rows = tuple[Any, Sequence[str], Callable[[int, list[Someone]], Iterator[tuple[object, ...]]]]


def county_of(number: int) -> Unit:
    return Unit.objects.get(pk=_unit(number, 0))


def township_of(number: int) -> Unit:
    """The seventh township of a county."""
    return Unit.objects.get(pk=_unit(number, 1 + 6 * (1 + VILLAGES)))


def _people() -> list[Someone]:
    dice, registry, found = random.Random(SEED), Registry(), []
    for place in range(PEOPLE):
        born = datetime.date(1938, 1, 1) + datetime.timedelta(days=dice.randrange(9000))
        one = registry.person(dice, "old", born, some_sex(dice))
        found.append(
            Someone(
                name=one.name,
                name_key=pinyin_key(one.name),
                sex=one.sex,
                birth_year=born.year,
                birth_date=encrypt(f"{born}"),
                id_number=encrypt(one.id_number),
                phone=encrypt(one.phone),
                address=encrypt(f"文昌路 {place} 号"),
                kind=VeteranKind.values[place % len(VeteranKind)],
            )
        )
    return found


def _unit(number: int, place: int) -> int:
    """The key of a county's unit: 0 is the county, then each township with its villages."""
    return (number - 1) * UNITS + place + 1


def _person(number: int, place: int) -> int:
    return (number - 1) * PEOPLE + place + 1


def _home(number: int, place: int) -> int:
    """Where somebody stands: nobody at the county itself."""
    return _unit(number, 1 + place % (UNITS - 1))


def _units() -> Rows:
    columns = (
        *("id", "parent_id", "code", "name", "name_key", "kind", "position", "has_party_organisation", "has_veterans"),
        *("has_young_people", "committee_established_on", "committee_document", "committee_issued_by", "closed_on"),
        *("updated_at", "tree_id", "lft", "rght", "level"),
    )

    def make(number: int, _: list[Someone]) -> Iterator[tuple[object, ...]]:
        def unit(place: int, parent: int | None, code: str, name: str, kind: UnitKind, lft: int, size: int) -> Any:
            about = (*_TRUE, NETWORK_BEGAN, "苍委〔1990〕1号", "县委", None, timezone.now())
            level = {UnitKind.COUNTY: 0, UnitKind.TOWNSHIP: 1}.get(kind, 2)
            above = None if parent is None else _unit(number, parent)
            position = f"{ORDER_OF_KIND[kind]}{code}"
            own = (_unit(number, place), above, code, name, pinyin_key(name), kind.value, position)
            return (*own, *about, number, lft, lft + 2 * size - 1, level)

        code = f"{510000 + number}"
        yield unit(0, None, code, f"第{number}县", UnitKind.COUNTY, 1, UNITS)
        for town in range(TOWNSHIPS):
            place = 1 + town * (1 + VILLAGES)
            lft = 2 + town * 2 * (1 + VILLAGES)
            yield unit(place, 0, f"{code}{town:03d}", f"镇{town}镇", UnitKind.TOWNSHIP, lft, 1 + VILLAGES)
            for village in range(VILLAGES):
                name = f"村{village}村村民委员会"
                below = (place + 1 + village, place, f"{code}{town:03d}{village:03d}", name, UnitKind.VILLAGE)
                yield unit(*below, lft + 1 + 2 * village, 1)

    return Unit, columns, make


_TRUE = (True, True, True)


def _roster() -> Rows:
    columns = (
        *(
            "id",
            "number",
            "unit_id",
            "county_id",
            "name",
            "name_key",
            "sex",
            "birth_year",
            "birth_date",
            "id_number",
            "id_index",
        ),
        *("phone", "phone_index", "address", "kind", "is_core", "status", "joined_on", "updated_at", "former_post"),
        *("rank", "former_name", "native_place", "politics", "education", "retirement", "health", "party_joined"),
        *("work_began", "no_id_reason", "left_reason", "resting_reason"),
    )
    empty = [""] * 12

    def make(number: int, people: list[Someone]) -> Iterator[tuple[object, ...]]:
        joined, now = datetime.date(2020, 1, 1), timezone.now()
        for place, one in enumerate(people):
            yield (
                *(_person(number, place), f"{number}-W{place:05d}", _home(number, place), _unit(number, 0)),
                *(one.name, one.name_key),
                *(one.sex, one.birth_year, one.birth_date, one.id_number, os.urandom(32), one.phone, os.urandom(32)),
                *(one.address, one.kind, place % 10 == 0, "active", joined, now, "镇中心小学退休教师", *empty),
            )

    return Volunteer, columns, make


def _linked(model: Any, left: str, right: str, many: Callable[[int], Iterator[tuple[int, int]]]) -> Rows:
    return model, (left, right), lambda number, _: iter(many(number))


def _specialities() -> Rows:
    keys = list(Speciality.objects.values_list("pk", flat=True))

    def pairs(number: int) -> Iterator[tuple[int, int]]:
        for place in range(PEOPLE):
            for step in (0, 3):
                yield _person(number, place), keys[(place + step) % len(keys)]

    return _linked(Volunteer.specialities.through, "volunteer_id", "speciality_id", pairs)


def _times() -> Rows:
    def make(number: int, _: list[Someone]) -> Iterator[tuple[object, ...]]:
        for place in range(PEOPLE):
            yield _person(number, place), place % 7 + 1, Daypart.values[place % 3]

    return Availability, ("volunteer_id", "weekday", "daypart"), make


def _posts() -> Rows:
    columns = (
        *("unit_id", "post", "volunteer_id", "official", "official_office", "document", "issued_by", "issued_on"),
        *("starts_on", "end_reason", "dismissal_document", "dismissal_issued_by", "updated_at"),
    )
    day = datetime.date(2023, 3, 1)

    def make(number: int, _: list[Someone]) -> Iterator[tuple[object, ...]]:
        for place in range(0, PEOPLE, 10):
            held = (_home(number, place), "member", _person(number, place), "", "", "苍委〔2023〕1号", "县委", day, day)
            yield (*held, "", "", "", timezone.now())

    return Appointment, columns, make


def _activity(number: int, place: int) -> int:
    return (number - 1) * ACTIVITIES + place + 1


def _activities() -> Rows:
    columns = (
        *("id", "number", "unit_id", "name", "theme_id", "form", "held_on", "place", "host_person", "sessions"),
        *("young_people", "in_need", "others", "summary", "cost", "media_link", "state", "return_note"),
        *("recorded_by_id", "created_at", "updated_at"),
    )
    theme, user = Theme.objects.get().pk, User.objects.get(username="recorder").pk
    today = timezone.localdate()

    def make(number: int, _: list[Someone]) -> Iterator[tuple[object, ...]]:
        for place in range(ACTIVITIES):
            day, now = today - datetime.timedelta(days=place % 400), timezone.now()
            about = (_activity(number, place), f"{number}-H{place:05d}", _home(number, place), "红军故事宣讲", theme)
            yield (*about, "talk", day, "镇小学", "", 1, 60, 0, 0, "", 0, "", "submitted", "", user, now, now)

    return Activity, columns, make


def _speakers() -> Rows:
    def pairs(number: int) -> Iterator[tuple[int, int]]:
        return ((_activity(number, place), _person(number, place * 3)) for place in range(ACTIVITIES))

    return _linked(Activity.speakers.through, "activity_id", "volunteer_id", pairs)


def _participants() -> Rows:
    def pairs(number: int) -> Iterator[tuple[int, int]]:
        for place in range(ACTIVITIES):
            for step in range(3):
                yield _activity(number, place), _person(number, (place * 4 + step) % PEOPLE)

    return _linked(Activity.participants.through, "activity_id", "volunteer_id", pairs)
