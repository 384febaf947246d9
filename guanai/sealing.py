"""One sealing pass over a zip: the same figures give the same bytes.

Excel and Word files are zips. The libraries that write them put the clock into the members and into
``docProps/core.xml``, and their own name into ``docProps/app.xml``. Sealing writes the members again in a fixed
order, with a fixed time, and replaces both property parts, so that two runs over the same figures can be compared
by digest and no file tells which machine made it. A plain ``.zip`` is sealed by the same pass; it has no property
parts.

Members are copied in chunks: memory does not grow with the file.
"""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from lxml import etree

from guanai.xmltext import xml_text

CREATOR = "关工委"

_CORE = "docProps/core.xml"
_APP = "docProps/app.xml"
# What a zip can hold as its earliest time.
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20

_CP = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_EXTENDED = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
# lxml takes None for "no prefix"; its stubs know only strings.
_DEFAULT_NAMESPACE: dict[str, str] = {None: _EXTENDED}  # type: ignore[dict-item]

Rewrite = Callable[[IO[bytes], IO[bytes]], None]
"""Copies one member from the first stream to the second, changed."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file's properties show. ``dated`` is the day the paper is of, never the clock; else no time."""

    title: str = ""
    subject: str = ""
    creator: str = CREATOR
    dated: date | None = None


def seal(
    source: Path | IO[bytes],
    target: Path | IO[bytes],
    *,
    properties: Properties | None = None,
    rewrites: Mapping[str, Rewrite] | None = None,
) -> None:
    """Copy the zip ``source`` to ``target`` with fixed times, order and properties.

    ``rewrites`` maps a member's name to a function that copies it, for the few things a library cannot be told.
    A ``source`` that is no zip raises ``zipfile.BadZipFile``; ``source`` and ``target`` must not be the same file.
    """
    properties = properties or Properties()
    rewrites = rewrites or {}
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sealed:
        names = sorted(set(given.namelist()), key=_place)
        for name in names:
            with sealed.open(_member(name), "w", force_zip64=given.getinfo(name).file_size >= 1 << 31) as out:
                if name == _CORE:
                    out.write(_core_part(properties))
                elif name == _APP:
                    out.write(_app_part("Microsoft Excel" if "xl/workbook.xml" in names else "Microsoft Office Word"))
                else:
                    with given.open(name) as member:
                        rewrites.get(name, _copy)(member, out)


def sealed_bytes(
    content: bytes, *, properties: Properties | None = None, rewrites: Mapping[str, Rewrite] | None = None
) -> bytes:
    """Return the zip ``content`` sealed, for files that are made in memory."""
    target = io.BytesIO()
    seal(io.BytesIO(content), target, properties=properties, rewrites=rewrites)
    return target.getvalue()


def pack(target: Path | IO[bytes], files: Iterable[tuple[str, Path | bytes]]) -> None:
    """Write ``files`` (name inside the zip, content or where it lies) as a sealed zip, sorted by name.

    Two files of one name raise ``ValueError``: the second would be lost on unpacking.
    """
    contents: dict[str, Path | bytes] = {}
    for name, content in files:
        if name in contents:
            raise ValueError(f"two files of one name in a zip: {name!r}")
        contents[name] = content
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(contents):
            content = contents[name]
            with packed.open(_member(name), "w") as out:
                if isinstance(content, bytes):
                    out.write(content)
                else:
                    with content.open("rb") as member:
                        _copy(member, out)


def _place(name: str) -> tuple[int, str]:
    """Sort key of a member: the content types must come first (some readers look only there), then relationships."""
    first = {"[Content_Types].xml": 0, "_rels/.rels": 1}
    return first.get(name, 2), name


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    # Otherwise the operating system that wrote the zip shows in every member.
    info.create_system = 0
    info.external_attr = 0
    return info


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    shutil.copyfileobj(source, target, _CHUNK)


def _core_part(properties: Properties) -> bytes:
    """``docProps/core.xml``: title, subject, creator, and the paper's day when it has one."""
    root = etree.Element(f"{{{_CP}}}coreProperties", nsmap={"cp": _CP, "dc": _DC, "dcterms": _DCTERMS, "xsi": _XSI})
    texts = (
        (f"{{{_DC}}}title", properties.title),
        (f"{{{_DC}}}subject", properties.subject),
        (f"{{{_DC}}}creator", properties.creator),
        (f"{{{_CP}}}lastModifiedBy", properties.creator),
        (f"{{{_DC}}}language", "zh-CN"),
    )
    for tag, text in texts:
        if text:
            etree.SubElement(root, tag).text = xml_text(text)
    if properties.dated:
        for name in ("created", "modified"):
            moment = etree.SubElement(root, f"{{{_DCTERMS}}}{name}")
            moment.set(f"{{{_XSI}}}type", "dcterms:W3CDTF")
            moment.text = f"{properties.dated:%Y-%m-%d}T00:00:00Z"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _app_part(application: str) -> bytes:
    """``docProps/app.xml``: only what office programs look at to choose how to read the file."""
    root = etree.Element(f"{{{_EXTENDED}}}Properties", nsmap=_DEFAULT_NAMESPACE)
    etree.SubElement(root, f"{{{_EXTENDED}}}Application").text = application
    etree.SubElement(root, f"{{{_EXTENDED}}}AppVersion").text = "16.0300"
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
