import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from orgs.enums import Role, UnitKind
from orgs.models import Unit, UnitPlacement
from orgs.scope import allows
from orgs.services import NETWORK_BEGAN, Conditions, Founding, create_unit, grant_role, move_unit, record_committee
from orgs.tree import broken_nodes
from tests.factories import codes_of, grant, make_county, make_unit, make_user

DAY = timezone.localdate() - datetime.timedelta(days=200)

pytestmark = pytest.mark.django_db


def move(unit: Unit, parent: Unit, effective_on: datetime.date = DAY) -> Unit:
    return move_unit(unit=unit, parent=parent, effective_on=effective_on, document="苍府〔2025〕5号", by=None)


def test_codes_follow_the_parent_and_the_kind() -> None:
    county = make_county()
    departments = [create_unit(parent=county, name="局", kind=UnitKind.DEPARTMENT) for _ in range(2)]
    school = create_unit(parent=departments[0], name="中学", kind=UnitKind.SCHOOL)
    assert [unit.code for unit in departments] == ["510824D01", "510824D02"]
    assert school.code == "510824D01S01"


def test_codes_of_children_are_not_taken_for_those_of_siblings() -> None:
    county = make_county()
    first = create_unit(parent=county, name="民政局", kind=UnitKind.DEPARTMENT)
    for _ in range(3):
        create_unit(parent=first, name="学校", kind=UnitKind.SCHOOL)
    assert create_unit(parent=county, name="司法局", kind=UnitKind.DEPARTMENT).code == "510824D02"


def test_siblings_stand_by_kind_then_code_whatever_the_order_of_creation() -> None:
    county = make_county()
    for code in ("510824105", "510824100", "510824103"):
        make_unit(county, UnitKind.TOWNSHIP, code=code)
    make_unit(county, UnitKind.SCHOOL)
    make_unit(county, UnitKind.DEPARTMENT)
    codes = list(Unit.objects.filter(parent=county).order_by("lft").values_list("code", flat=True))
    assert codes == ["510824D01", "510824100", "510824103", "510824105", "510824S01"]
    assert broken_nodes() == []


def test_a_new_unit_gets_its_first_placement() -> None:
    county = make_county()
    placement = UnitPlacement.objects.get(unit=county)
    assert (placement.parent, placement.name, placement.starts_on, placement.ends_on) == (
        None,
        "苍溪县",
        NETWORK_BEGAN,
        None,
    )


@pytest.mark.parametrize(
    ("above", "kind"),
    [
        (UnitKind.COUNTY, UnitKind.VILLAGE),
        (UnitKind.TOWNSHIP, UnitKind.TOWNSHIP),
        (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT),
        (UnitKind.DEPARTMENT, UnitKind.VILLAGE),
        (UnitKind.TOWNSHIP, UnitKind.COUNTY),
    ],
)
def test_a_kind_under_a_wrong_parent_is_refused(above: str, kind: str) -> None:
    county = make_county()
    parent = county if above == UnitKind.COUNTY else make_unit(county, above)
    with pytest.raises(ValidationError) as refused:
        create_unit(parent=parent, name="某处", kind=kind)
    assert refused.value.code == "wrong_parent"
    assert Unit.objects.filter(name="某处").count() == 0


def test_only_a_county_stands_without_a_parent() -> None:
    with pytest.raises(ValidationError):
        create_unit(parent=None, name="某镇", kind=UnitKind.TOWNSHIP, code="510824100")


def test_a_taken_code_is_refused() -> None:
    county = make_county()
    make_unit(county, code="510824100")
    with pytest.raises(ValidationError) as refused:
        make_unit(county, code="510824100")
    assert refused.value.code == "code_taken"


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_a_name_is_needed_and_has_an_end(name: str) -> None:
    with pytest.raises(ValidationError):
        create_unit(parent=make_county(), name=name, kind=UnitKind.TOWNSHIP, code="510824100")


def test_nothing_new_under_a_closed_unit() -> None:
    township = make_unit(make_county(), closed_on=datetime.date(2020, 1, 1))
    with pytest.raises(ValidationError) as refused:
        make_unit(township)
    assert refused.value.code == "closed_parent"


def test_a_move_takes_the_branch_along_and_keeps_the_order() -> None:
    county = make_county()
    old, new = make_unit(county), make_unit(county)
    village = make_unit(old, code="510824100205")
    school = make_unit(old, UnitKind.SCHOOL)
    for code in ("510824101201", "510824101209"):
        make_unit(new, code=code)

    move(village, new)
    move(school, new)

    new.refresh_from_db()
    under = list(Unit.objects.filter(parent=new).order_by("lft").values_list("code", flat=True))
    assert under == ["510824100205", "510824101201", "510824101209", school.code]
    assert Unit.objects.in_branch(new).count() == 5
    assert broken_nodes() == []


def test_a_move_writes_what_was_then() -> None:
    county = make_county()
    old, new = make_unit(county), make_unit(county)
    village = make_unit(old, name="大营村村民委员会")
    user = make_user()
    move_unit(unit=village, parent=new, effective_on=DAY, document="苍府〔2025〕5号", by=user)

    then, now = UnitPlacement.objects.filter(unit=village).order_by("starts_on")
    assert (then.parent, then.ends_on) == (old, DAY - datetime.timedelta(days=1))
    assert (now.parent, now.starts_on, now.ends_on) == (new, DAY, None)
    assert (now.name, now.document, now.by) == ("大营村村民委员会", "苍府〔2025〕5号", user)


def test_a_move_carries_the_scope_along() -> None:
    county = make_county()
    old, new = make_unit(county), make_unit(county)
    village = make_unit(old)
    before, after = make_user(), make_user()
    grant(before, old, Role.SECRETARY)
    grant(after, new, Role.SECRETARY)
    moved = move(village, new)
    assert not allows(before, "view_roster", moved)
    assert allows(after, "view_roster", moved)


def test_moves_that_are_refused_change_nothing() -> None:
    county, other_county = make_county(), make_county(code="510821", name="旺苍县")
    township, elsewhere = make_unit(county), make_unit(other_county)
    village = make_unit(township)
    school = make_unit(township, UnitKind.SCHOOL)
    closed = make_unit(township, closed_on=datetime.date(2020, 1, 1))
    closed_township = make_unit(county, closed_on=datetime.date(2020, 1, 1))
    second = make_unit(county)
    refusals = [
        (village, elsewhere, DAY, "other_county"),
        (village, county, DAY, "wrong_parent"),
        (school, village, DAY, "wrong_parent"),
        (township, township, DAY, "loop"),
        (township, village, DAY, "loop"),
        (closed, second, DAY, "closed"),
        (village, closed_township, DAY, "closed_parent"),
        (village, second, NETWORK_BEGAN, "closed_year"),
        (make_unit(township, starts_on=DAY), second, DAY, "before_placement"),
    ]
    before = list(Unit.objects.order_by("pk").values_list("pk", "parent_id", "lft", "rght", "tree_id"))
    for unit, parent, day, code in refusals:
        with pytest.raises(ValidationError) as refused:
            move(unit, parent, day)
        assert codes_of(refused.value) == {code}
    assert list(Unit.objects.order_by("pk").values_list("pk", "parent_id", "lft", "rght", "tree_id")) == before
    assert not UnitPlacement.objects.exclude(ends_on=None).exists()


def test_a_committee_is_founded_by_a_document() -> None:
    county = make_county()
    founded = Founding(established_on=datetime.date(1991, 6, 1), document="苍委〔1991〕8号")
    record_committee(unit=county, founding=founded, by=None)
    county.refresh_from_db()
    assert county.has_committee
    assert county.committee_document == "苍委〔1991〕8号"


def test_a_committee_cannot_be_founded_tomorrow() -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(ValidationError):
        record_committee(
            unit=make_county(), founding=Founding(established_on=tomorrow, document="苍委〔2099〕1号"), by=None
        )


def test_conditions_decide_where_a_committee_is_required() -> None:
    county = make_county()
    village = make_unit(make_unit(county))
    assert village in Unit.objects.required()
    record_committee(unit=village, conditions=Conditions(has_veterans=False), by=None)
    assert village not in Unit.objects.required()
    assert broken_nodes() == []


def test_a_granted_role_counts_at_once() -> None:
    county, user = make_county(), make_user()
    assert not allows(user, "view_network", county)
    grant_role(user=user, unit=county, role=Role.LEADER)
    assert allows(user, "view_network", county)


TOGETHER = [
    (Role.SYSTEM_ADMIN, Role.COUNTY_OFFICE),
    (Role.SECRETARY, Role.SYSTEM_ADMIN),
    (Role.AUDITOR, Role.LEADER),
    (Role.FUND_MANAGER, Role.FUND_APPROVER),
    (Role.FUND_APPROVER, Role.FUND_MANAGER),
]


@pytest.mark.parametrize(("held", "wanted"), TOGETHER)
def test_roles_that_must_be_two_people_are_not_granted_to_one(held: Role, wanted: Role) -> None:
    county, user = make_county(), make_user()
    township = make_unit(county)
    grant_role(user=user, unit=county, role=held)
    with pytest.raises(ValidationError):
        grant_role(user=user, unit=township, role=wanted)
    assert list(user.memberships.values_list("role", flat=True)) == [held]


def test_a_role_that_has_ended_stands_in_no_other_s_way() -> None:
    county, user = make_county(), make_user()
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    grant_role(user=user, unit=county, role=Role.SYSTEM_ADMIN, starts_on=DAY, ends_on=yesterday)
    grant_role(user=user, unit=county, role=Role.SECRETARY)
    with pytest.raises(ValidationError):
        grant_role(user=user, unit=county, role=Role.AUDITOR, starts_on=yesterday)


def test_the_money_of_two_townships_may_be_handled_and_approved_by_one() -> None:
    county, user = make_county(), make_user()
    grant_role(user=user, unit=make_unit(county), role=Role.FUND_MANAGER)
    grant_role(user=user, unit=make_unit(county), role=Role.FUND_APPROVER)
    assert user.memberships.count() == 2
