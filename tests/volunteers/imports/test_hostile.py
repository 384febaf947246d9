"""Files that are made to harm, or that only look so: a clear word, in bounded time and memory, and nobody goes down."""

import io
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.core.exceptions import ValidationError

from tests.volunteers.imports.sheets import ods, xlsx
from volunteers.imports import opening, tables
from volunteers.imports.tables import read_sheets

_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = b"</sheetData></worksheet>"


def with_part(parts: Iterable[bytes], *, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook one of whose parts is written anew, piece by piece."""
    out = io.BytesIO()
    known = zipfile.ZipFile(io.BytesIO(xlsx(("姓名", "证件号"))))
    with known, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for part in known.namelist():
            if part != name:
                archive.writestr(part, known.read(part))
        with archive.open(name, "w") as target:
            for piece in parts:
                target.write(piece)
    return out.getvalue()


def sheet(*rows: str) -> bytes:
    return with_part([_HEAD, *(row.encode() for row in rows), _END])


def cell(place: str, text: str = "1") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def bomb() -> bytes:
    """Half a megabyte that unfolds to 500 MB in one cell, more than a reader may take."""
    begin, megabyte = b'<row r="1"><c r="A1" t="inlineStr"><is><t>', b" " * (1 << 20)
    return with_part([_HEAD, begin, *[megabyte] * 500, b"</t></is></c></row>", _END])


def lying(content: bytes, says: int) -> bytes:
    """The same zip, whose directory says another size of what it unfolds to, as one of gigabytes would."""
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets/sheet1.xml"))
    return content[: place + 24] + says.to_bytes(4, "little") + content[place + 28 :]


def far_cell() -> bytes:
    return sheet(f'<row r="1">{cell("A1")}</row>', f'<row r="1048576">{cell("XFD1048576")}</row>')


def ods_of_one_cell_repeated() -> bytes:
    return ods(
        "<table:table-row table:number-rows-repeated='1048576'><table:table-cell office:value-type='string'"
        " table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell></table:table-row>"
    )


def entities(*, of: Callable[[str], bytes]) -> bytes:
    ten = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return of(f'<!DOCTYPE x [<!ENTITY l0 "lol">{ten}]>')


def xlsx_with_entities() -> bytes:
    return entities(of=lambda types: with_part([types.encode(), _HEAD, cell("A1", "&l11;").encode(), _END]))


def ods_with_entities() -> bytes:
    def content(types: str) -> bytes:
        plain = ods("<table:table-row/>")
        text = zipfile.ZipFile(io.BytesIO(plain)).read("content.xml").decode()
        text = text.replace("?>", f"?>{types}", 1).replace("<table:table-row/>", "&l11;")
        return replaced(plain, "content.xml", text)

    return entities(of=content)


def replaced(content: bytes, name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as known, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in known.namelist():
            archive.writestr(part, text if part == name else known.read(part))
    return out.getvalue()


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: xlsx(("姓名", "证件号"))[:-200], "unreadable"),
    "no workbook": (lambda: replaced(xlsx(("姓名",)), "xl/workbook.xml", "<workbook"), "unreadable"),
    "four gigabytes, as it says": (lambda: lying(xlsx(("姓名",)), (1 << 32) - 2), "too_large"),
    "500 MB in a cell": (bomb, "too_large"),
    "a cell in the last place of the sheet": (far_cell, "too_large"),
    "a cell repeated over the sheet": (ods_of_one_cell_repeated, "unreadable"),
    "entities in an .xlsx": (xlsx_with_entities, "unreadable"),
    "entities in an .ods": (ods_with_entities, "unreadable"),
    "16,384 columns": (lambda: xlsx([f"列{place}" for place in range(16_384)]), "too_wide"),
    "200,001 lines of text": (lambda: b"a,b\n" * 200_001, "too_long"),
    "201 columns of text": (lambda: ",".join(["x"] * 201).encode(), "too_wide"),
    "a table of 200,001 rows": (lambda: b"<table>" + b"<tr><td>x" * 200_001, "too_long"),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_in_words_and_in_time(name: str) -> None:
    make, why = CASES[name]
    content = make()
    began = time.monotonic()
    with pytest.raises(ValidationError) as refusal:
        read_sheets(content)
    assert refusal.value.code == why
    assert "。" in refusal.value.messages[0]
    assert time.monotonic() - began < 15


def test_more_cells_than_any_roster_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_CELLS", 10)
    with pytest.raises(opening.RefusedError, match="too_long"):
        opening._tell_rows([["x"] * 4] * 3)


def test_a_million_empty_formatted_rows_are_no_rows() -> None:
    def rows() -> Iterator[bytes]:
        yield _HEAD + f'<row r="1">{cell("A1", "姓名")}{cell("B1", "电话")}</row>'.encode()
        for start in range(2, 1_048_577, 8192):
            numbers = range(start, min(start + 8192, 1_048_577))
            yield "".join(f'<row r="{number}" s="0"><c r="A{number}" s="0"/></row>' for number in numbers).encode()
        yield _END

    assert read_sheets(with_part(rows()))[0].rows == [["姓名", "电话"]]


def test_formatted_columns_to_the_edge_are_no_columns() -> None:
    empty = "".join(f'<c r="{letters}1" s="0"/>' for letters in ("ZZ", "XFD"))
    assert read_sheets(sheet(f'<row r="1">{cell("A1", "姓名")}{empty}</row>'))[0].rows == [["姓名"]]


def test_a_link_to_another_file_says_what_it_said_when_it_was_saved() -> None:
    linked = '<c r="B1" t="str"><f>\'file:///etc/[hosts]Sheet1\'!$A$1</f><v>老教师</v></c>'
    assert read_sheets(sheet(f'<row r="1">{cell("A1", "张三")}{linked}</row>'))[0].rows == [["张三", "老教师"]]


def test_a_file_of_the_server_named_as_an_entity_is_not_read() -> None:
    types = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    with pytest.raises(ValidationError, match="已损坏"):
        read_sheets(with_part([types, _HEAD, cell("A1", "&f;").encode(), _END]))


def test_a_reader_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "OPENING_SECONDS", 0.001)
    with pytest.raises(ValidationError, match="展开后太大"):
        read_sheets(xlsx(("姓名", "电话")))


def test_the_reader_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs over a stranger's bytes has neither keys nor the address of the database in its environment."""
    seen: dict[str, str] = {}

    def run(*_: object, env: dict[str, str], **__: object) -> None:
        seen.update(env)
        raise subprocess.TimeoutExpired("reader", 1)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ValidationError):
        read_sheets(xlsx(("姓名", "电话")))
    assert seen.keys() <= {"LD_LIBRARY_PATH"}
