"""The sealing pass: fixed times, order and properties."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from guanai.sealing import Properties, pack, seal, sealed_bytes

_CORE = "docProps/core.xml"


def _zip(members: dict[str, bytes], moment: tuple[int, int, int, int, int, int]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as given:
        for name, part in members.items():
            given.writestr(zipfile.ZipInfo(name, date_time=moment), part)
    return content.getvalue()


_MEMBERS = {
    "xl/workbook.xml": b"<workbook/>",
    _CORE: b"<coreProperties>somebody's computer</coreProperties>",
    "docProps/app.xml": b"<Properties>library 3.1</Properties>",
    "_rels/.rels": b"<Relationships/>",
    "[Content_Types].xml": b"<Types/>",
}


def test_same_parts_give_same_bytes_whatever_their_time_and_order() -> None:
    backwards = dict(reversed(_MEMBERS.items()))
    first = _zip(_MEMBERS, (2025, 1, 1, 8, 0, 0))
    second = _zip(backwards, (2026, 7, 9, 17, 30, 2))
    assert first != second
    assert sealed_bytes(first) == sealed_bytes(second)


def test_content_types_come_first_and_no_time_or_system_shows() -> None:
    with zipfile.ZipFile(io.BytesIO(sealed_bytes(_zip(_MEMBERS, (2025, 1, 1, 8, 0, 0))))) as sealed:
        assert sealed.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]
        assert {(info.date_time, info.create_system) for info in sealed.infolist()} == {((1980, 1, 1, 0, 0, 0), 0)}
        assert sealed.read("xl/workbook.xml") == _MEMBERS["xl/workbook.xml"]
        assert sealed.testzip() is None


def test_properties_are_the_papers_not_the_machines() -> None:
    properties = Properties(title="总\x00览", dated=date(2025, 12, 31))
    content = sealed_bytes(_zip(_MEMBERS, (2025, 1, 1, 8, 0, 0)), properties=properties)
    with zipfile.ZipFile(io.BytesIO(content)) as sealed:
        core, app = sealed.read(_CORE), sealed.read("docProps/app.xml")
    texts = [element.text for element in etree.fromstring(core)]
    assert texts == ["总览", "关工委", "关工委", "zh-CN", "2025-12-31T00:00:00Z", "2025-12-31T00:00:00Z"]
    assert b"library" not in app


def test_without_a_day_no_time_is_stored() -> None:
    with zipfile.ZipFile(io.BytesIO(sealed_bytes(_zip(_MEMBERS, (2025, 1, 1, 8, 0, 0))))) as sealed:
        assert b"created" not in sealed.read(_CORE)


def test_another_title_gives_other_bytes() -> None:
    content = _zip(_MEMBERS, (2025, 1, 1, 8, 0, 0))
    one, other = Properties(title="一"), Properties(title="二")
    assert sealed_bytes(content, properties=one) != sealed_bytes(content, properties=other)


def test_seals_from_file_to_file_and_refuses_what_is_no_zip(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    source.write_bytes(_zip(_MEMBERS, (2025, 1, 1, 8, 0, 0)))
    seal(source, target)
    assert target.read_bytes() == sealed_bytes(source.read_bytes())
    source.write_bytes(b"not a zip")
    with pytest.raises(zipfile.BadZipFile):
        seal(source, target)


def test_packs_files_sorted_with_chinese_names(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"b")
    one, other = io.BytesIO(), io.BytesIO()
    pack(one, [("永宁镇.docx", part), ("云峰镇.docx", b"a")])
    pack(other, [("云峰镇.docx", b"a"), ("永宁镇.docx", part)])
    assert one.getvalue() == other.getvalue()
    with zipfile.ZipFile(one) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {"云峰镇.docx": b"a", "永宁镇.docx": b"b"}


def test_pack_refuses_two_files_of_one_name() -> None:
    with pytest.raises(ValueError, match="one name"):
        pack(io.BytesIO(), [("考评表.docx", b"a"), ("考评表.docx", b"b")])
