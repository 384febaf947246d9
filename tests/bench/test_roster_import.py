"""Taking a roster in against a bare COPY of the same rows, and against django-import-export on the same file.

The rows that it takes back stay in the tables as dead ones: `conftest.county` clears them away before others measure.
"""

import datetime
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import openpyxl
import pytest
import tablib
from django.db import connection, transaction
from django.utils import timezone
from import_export import resources

from guanai.crypto import blind_index, encrypt
from guanai.database_role import as_owner
from guanai.identity import check_digit
from guanai.pinyin import pinyin_key
from orgs.models import Unit
from tests.bench.measure import in_turn, seconds
from tests.factories import make_county, make_unit
from volunteers.imports.checking import Checked
from volunteers.imports.tables import read_sheets
from volunteers.models import Volunteer
from volunteers.services.imports import check_file, take_in, understand

HEAD = ("姓名", "性别", "身份证号", "联系电话", "五老类别", "家庭住址", "原单位及职务")
COPIED = (
    *("number", "unit_id", "name", "name_key", "sex", "birth_year", "id_number", "id_index", "phone", "phone_index"),
    *("address", "kind", "is_core", "former_post", "rank", "former_name", "native_place", "politics", "education"),
    *("retirement", "health", "party_joined", "work_began", "no_id_reason", "status", "joined_on", "left_reason"),
    *("resting_reason", "updated_at"),
)


def people(size: int) -> Iterator[tuple[str, ...]]:
    """Well-formed people, each with a number of their own."""
    for place in range(size):
        born = datetime.date(1940, 1, 1) + datetime.timedelta(days=place // 400)
        stem = f"510824{born:%Y%m%d}{place % 400 * 2 + 1:03d}"
        yield (
            f"李{'一二三四五六七八九十'[place % 10]}{'明华国建'[place % 4]}",
            "男",
            stem + check_digit(stem),
            f"138{place:08d}",
            "老教师",
            f"文昌路 {place} 号",
            "云峰镇中心小学退休教师",
        )


def workbook(size: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("名册")
    page.append(HEAD)
    for row in people(size):
        page.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class UndoneError(Exception):
    """Takes a measured run back, so that the next finds the same base."""


def taken_back(work: Any) -> Any:
    # As the owner of the tables: the library sets their counters anew, which the application's role may not.
    def run() -> None:
        with as_owner(), suppress(UndoneError), transaction.atomic():
            work()
            raise UndoneError

    return run


def whole_import(content: bytes, unit: Unit) -> None:
    """From the bytes of the file to the rows in the base: read, understood, checked, written."""
    sheets = read_sheets(content)
    place, heading = understand(sheets, unit)
    found = take_in(sheet=sheets[place], heading=heading, unit=unit, by=None)
    assert not found.wrong


def bare_copy(rows: list[tuple[str, ...]], unit: Unit) -> None:
    """The same rows, encrypted and indexed as they rest, and nothing else: no check, no number, no trail."""
    now, today = timezone.now(), timezone.localdate()
    names = ", ".join(COPIED)
    with connection.cursor() as cursor, cursor.copy(f"COPY volunteers_volunteer ({names}) FROM STDIN") as stream:
        for place, (name, _, number, phone, _, address, post) in enumerate(rows):
            stream.write_row(
                (
                    *(f"X{place}", unit.pk, name, pinyin_key(name), "male", int(number[6:10]), encrypt(number)),
                    *(
                        blind_index(number),
                        encrypt(phone),
                        blind_index(phone),
                        encrypt(address),
                        "teacher",
                        False,
                        post,
                    ),
                    *([""] * 10),
                    *("active", today, "", "", now),
                )
            )


class VolunteerResource(resources.ModelResource):  # type: ignore[misc]  # a library without types
    """What django-import-export does with the same file by default: one query or two for each row."""

    class Meta:
        model = Volunteer
        fields = ("number", "name", "sex", "id_number", "phone", "kind", "address", "former_post", "unit", "joined_on")
        import_id_fields = ("number",)


def library_import(content: bytes, unit: Unit) -> None:
    page = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    headers = ("number", "name", "sex", "id_number", "phone", "kind", "address", "former_post", "unit", "joined_on")
    data = tablib.Dataset(headers=headers)
    for place, row in enumerate(page.iter_rows(min_row=2, values_only=True)):
        name, _, number, phone, _, address, post = row
        data.append((f"X{place}", name, "male", number, phone, "teacher", address, post, unit.pk, "2026-01-01"))
    result = VolunteerResource().import_data(data, raise_errors=True, use_transactions=True)
    assert not result.has_errors()


@pytest.fixture
def township(db: None) -> Unit:
    return make_unit(make_county(), name="云峰镇", code="510824102")


@pytest.mark.parametrize("size", [5000, 100_000])
def test_import_and_bare_copy(township: Unit, size: int) -> None:
    content, rows = workbook(size), list(people(size))
    print()
    ratio = in_turn(
        seconds(taken_back(lambda: whole_import(content, township))),
        seconds(taken_back(lambda: bare_copy(rows, township))),
        **({"rounds": 1} if size > 5000 else {}),
    )
    ratio.show(f"import of {size:,} rows / bare COPY of the same", "seconds")


def test_import_and_the_library(township: Unit) -> None:
    content = workbook(5000)
    print()
    ratio = in_turn(
        seconds(taken_back(lambda: whole_import(content, township))),
        seconds(taken_back(lambda: library_import(content, township))),
        rounds=3,
    )
    ratio.show("import of 5,000 rows / django-import-export", "seconds")


def test_what_a_check_of_5000_rows_takes(township: Unit) -> None:
    """The preview of the page, without writing."""
    sheets = read_sheets(workbook(5000))
    place, heading = understand(sheets, township)

    def check() -> list[Checked]:
        return list(check_file(sheet=sheets[place], heading=heading, unit=township, by=None).results)

    assert len(check()) == 5000
    ratio = in_turn(seconds(check), seconds(lambda: read_sheets(workbook(5000))), rounds=2)
    print()
    ratio.show("check of 5,000 rows / writing and reading the file", "seconds")
