"""统计用区划代码: a founded unit gets its own later, within the range of its parent."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from orgs.enums import ChangeState, ChangeVerb, Role, UnitKind
from orgs.models import Unit
from orgs.services import Change, apply_planned, correct_code, order_change
from orgs.tree import broken_nodes
from tests.factories import codes_of, make_county, make_member, make_unit
from tests.orgs.restructuring import DOCUMENT, days_ago, order

pytestmark = pytest.mark.django_db


class Founded:
    """亭子镇 with three villages, the first and second of which were merged into a new one."""

    def __init__(self) -> None:
        self.county = make_county()
        self.town = make_unit(self.county, name="亭子镇", code="510824125")
        first, second, self.last = (make_unit(self.town, code=f"51082412520{number}") for number in (1, 2, 9))
        merger = Change(verb=ChangeVerb.MERGE, units=(first, second), name="大营盘村村民委员会")
        order_change(change=merger, order=order(10))
        self.gone = first
        self.unit = Unit.objects.get(name="大营盘村村民委员会")


@pytest.fixture
def founded() -> Founded:
    return Founded()


def below(town: Unit) -> list[str]:
    return list(Unit.objects.open().filter(parent=town).order_by("lft").values_list("code", flat=True))


def test_a_founded_village_gets_its_code_and_its_place(founded: Founded) -> None:
    assert below(founded.town) == ["510824125209", "510824125V01"]
    unit = correct_code(unit=founded.unit, code="5108 2412 5205")
    assert unit.code == "510824125205"
    assert below(founded.town) == ["510824125205", "510824125209"]
    assert broken_nodes() == []


def test_the_bureau_s_long_form_of_a_township_is_understood(founded: Founded) -> None:
    first, second = make_unit(founded.county), make_unit(founded.county)
    order_change(change=Change(verb=ChangeVerb.MERGE, units=(first, second), name="新设镇"), order=order(9))
    new = Unit.objects.get(name="新设镇")
    # As long as the township has a letter code, its villages are in the county's range.
    village = make_unit(new)
    assert correct_code(unit=village, code="510824130201").code == "510824130201"
    assert correct_code(unit=new, code="510824130000").code == "510824130"


def test_a_wrong_code_is_refused(founded: Founded) -> None:
    school = make_unit(founded.town, UnitKind.SCHOOL)
    refusals = [
        (founded.unit, "510824125", "wrong_code"),
        (founded.unit, "51082412520A", "wrong_code"),
        (founded.unit, "٥١٠٨٢٤١٢٥٢٠٥", "wrong_code"),
        (founded.unit, "510824126205", "outside_range"),
        (founded.unit, founded.last.code, "code_taken"),
        # That of a closed one is its own for ever.
        (founded.unit, founded.gone.code, "code_taken"),
        (founded.town, "510825125", "outside_range"),
        (founded.gone, "510824125208", "no_code"),
        (school, "510824125208", "no_code"),
        (founded.county, "510825", "no_code"),
    ]
    for unit, code, why in refusals:
        with pytest.raises(ValidationError) as refused:
            correct_code(unit=unit, code=code)
        assert codes_of(refused.value) == {why}, code
    assert correct_code(unit=founded.last, code=founded.last.code).code == founded.last.code


def test_the_office_corrects_a_code_on_the_page_of_the_unit(founded: Founded) -> None:
    client, reader = Client(), Client()
    client.force_login(make_member(founded.county, Role.COUNTY_OFFICE))
    reader.force_login(make_member(founded.county, Role.REVIEWER))
    url = f"/units/{founded.unit.code}/code/"
    assert url in client.get(f"/units/{founded.unit.code}/").content.decode()
    assert url not in reader.get(f"/units/{founded.unit.code}/").content.decode()
    refused: Any = client.post(url, {"code": founded.last.code})
    assert f"代码 {founded.last.code} 是{founded.last.short_name}的" in refused.content.decode()
    done = client.post(url, {"code": "510824125205"})
    assert done.headers["Location"] == "/units/510824125205/"
    assert client.get(done.headers["Location"]).status_code == 200
    assert reader.get("/units/510824125205/code/").status_code == 403
    assert client.get(f"/units/{founded.gone.code}/code/").status_code == 404
    assert client.delete("/units/510824125205/code/").status_code == 405


def merger(town: Unit, **fields: str) -> dict[str, Any]:
    """What the wizard sends to merge two new villages into one that is founded."""
    sources = [make_unit(town).code for _ in range(2)]
    typed = {"target": "", "name": "营盘村村民委员会", "document": DOCUMENT, "effective_on": f"{days_ago(0):%Y-%m-%d}"}
    return {**typed, "sources": sources, **fields}


def test_the_code_is_typed_where_the_unit_is_founded(founded: Founded) -> None:
    client = Client()
    client.force_login(make_member(founded.county, Role.COUNTY_OFFICE))
    url = f"/changes/new/merge/?under={founded.town.code}"
    wrong: Any = client.post(url, merger(founded.town, code=founded.last.code))
    assert f"代码 {founded.last.code} 是" in wrong.content.decode()
    fields = merger(founded.town, code="510824125230")
    page: Any = client.post(url, fields)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page.content.decode())
    assert seen
    assert "营盘村（村），代码 510824125230" in page.content.decode()
    assert client.post(url, {**fields, "seen": seen[1]}).status_code == 302
    assert Unit.objects.get(name="营盘村村民委员会").code == "510824125230"


def test_a_planned_founding_keeps_its_code(founded: Founded) -> None:
    change = Change(
        verb=ChangeVerb.MERGE, units=(founded.unit, founded.last), name="营盘村村民委员会", code="510824125230"
    )
    row = order_change(change=change, order=order(-5))
    assert row.state == ChangeState.PLANNED
    done = apply_planned(pk=row.pk, today=days_ago(-5))
    assert done.state == ChangeState.DONE
    assert Unit.objects.get(name="营盘村村民委员会").code == "510824125230"
