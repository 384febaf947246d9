"""The real file of 苍溪县, and files that are wrong: one message that names the line, exit 1, nothing written."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orgs.divisions import PACKAGED, load_divisions
from orgs.enums import Tier, UnitKind
from orgs.models import Unit, UnitPlacement
from orgs.tree import broken_nodes

HEADING = "code,name,level,parent_code"
COUNTY = "510824,苍溪县,county,"
TOWN = "510824100,陵江镇,town,510824"
VILLAGE = "510824100201,白观村村民委员会,village,510824100"

pytestmark = pytest.mark.django_db


def file_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join([HEADING, *lines, ""]).encode(encoding)


@pytest.mark.slow
def test_the_real_file_twice() -> None:
    assert load_divisions(PACKAGED.read_bytes()) == (492, 0)
    kinds = {kind: Unit.objects.filter(kind=kind).count() for kind in UnitKind}
    assert kinds[UnitKind.COUNTY] == 1
    assert kinds[UnitKind.TOWNSHIP] == 34
    assert kinds[UnitKind.VILLAGE] + kinds[UnitKind.COMMUNITY] == 457
    assert Unit.objects.filter(name__contains="社区").exclude(kind=UnitKind.COMMUNITY).count() == 0
    assert Unit.objects.filter(kind=UnitKind.COMMUNITY).exclude(name__contains="社区").count() == 0
    for name in ("亭子镇", "云峰镇", "龙王镇"):
        assert Unit.objects.get(name=name).tier == Tier.TOWNSHIP
    assert Unit.objects.get(code="510824100001").short_name == "金穗社区"
    assert broken_nodes() == []

    before = list(Unit.objects.order_by("pk").values_list("pk", "lft", "rght", "name"))
    assert load_divisions(PACKAGED.read_bytes()) == (0, 492)
    assert list(Unit.objects.order_by("pk").values_list("pk", "lft", "rght", "name")) == before
    assert UnitPlacement.objects.count() == 492


def test_children_may_stand_before_their_parents_and_a_mark_of_order_is_no_harm() -> None:
    content = b"\xef\xbb\xbf" + file_of(VILLAGE, TOWN, COUNTY)
    assert load_divisions(content) == (3, 0)
    village = Unit.objects.get(code="510824100201")
    assert village.parent is not None
    assert village.parent.name == "陵江镇"


def test_a_renamed_unit_keeps_its_name() -> None:
    load_divisions(file_of(COUNTY, TOWN))
    assert load_divisions(file_of(COUNTY, TOWN.replace("陵江镇", "陵江街道"))) == (0, 2)
    assert Unit.objects.get(code="510824100").name == "陵江镇"


BAD = {
    "missing parent": (file_of(COUNTY, TOWN, "510824999201,某村,village,510824999"), "line 4", "510824999"),
    "empty parent": (file_of(COUNTY, "510824100,陵江镇,town,"), "line 3", "parent"),
    "repeated code": (file_of(COUNTY, TOWN, TOWN), "line 4", "510824100"),
    "unknown level": (file_of(COUNTY, "510824100,陵江镇,township,510824"), "line 3", "township"),
    "level that does not fit": (file_of(COUNTY, "510824100201,白观村,village,510824"), "line 3", "village"),
    "second county": (file_of(COUNTY, "510821,旺苍县,county,"), "line 3", "county"),
    "code too short": (file_of(COUNTY, "51082410,陵江镇,town,510824"), "line 3", "51082410"),
    "code of letters": (file_of(COUNTY, "51082410A,陵江镇,town,510824"), "line 3", "51082410A"),
    "code of wide digits": (file_of(COUNTY, "５１０８２４１００,陵江镇,town,510824"), "line 3", "digits"),
    "missing name": (file_of(COUNTY, "510824100,,town,510824"), "line 3", "name"),
    "missing value": (file_of(COUNTY, "510824100,陵江镇,town"), "line 3", "4 values"),
    "value too many": (file_of(COUNTY, f"{TOWN},extra"), "line 3", "4 values"),
    "missing column": (b"code,name,level\n510824,x,county\n", "line 1", "parent_code"),
    "GBK": (file_of(COUNTY, TOWN, encoding="gbk"), "line 2", "UTF-8"),
    "cut character": (file_of(COUNTY) + "510824100,陵".encode()[:-1] + b"\n", "line 3", "UTF-8"),
    "UTF-16": (file_of(COUNTY, encoding="utf-16"), "line 1", "UTF-8"),
    "empty": (b"", "line 1", "columns"),
    "heading only": (file_of(), "line 2", "no division"),
    "NUL byte": (file_of(COUNTY, "510824100,陵\0江镇,town,510824"), "line 3", "printed"),
    "name too long": (file_of(COUNTY, f"510824100,{'长' * 61},town,510824"), "line 3", "60"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_names_its_line_and_writes_nothing(kind: str, tmp_path: Path) -> None:
    content, line, word = BAD[kind]
    path = tmp_path / "divisions.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError) as stopped:
        call_command("load_divisions", str(path))
    message = str(stopped.value)
    assert line in message
    assert word in message
    assert "\n" not in message
    assert stopped.value.returncode == 1
    assert not Unit.objects.exists()


def test_a_missing_file_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.csv"):
        call_command("load_divisions", str(tmp_path / "absent.csv"))


def test_an_error_after_good_units_takes_them_back(tmp_path: Path) -> None:
    load_divisions(file_of(COUNTY, TOWN))
    path = tmp_path / "divisions.csv"
    path.write_bytes(file_of(COUNTY, TOWN, "510824101,云峰镇,town,510824", "510824101201,某村,village,510824102"))
    with pytest.raises(CommandError):
        call_command("load_divisions", str(path))
    assert Unit.objects.count() == 2
