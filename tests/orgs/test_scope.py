import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from orgs.enums import Action, Role, UnitKind
from orgs.models import Membership, Unit, User
from orgs.queries import unit_for_user_or_404
from orgs.scope import ROLE_ACTIONS, allows, branch_q, forget_grants, home_unit, may, units_for
from orgs.services import NETWORK_BEGAN, grant_role
from tests.factories import grant, make_county, make_member, make_unit, make_user

A_DAY = datetime.timedelta(days=1)


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


def test_no_membership_means_nothing(county: Unit) -> None:
    user = make_user()
    for action in Action:
        assert not may(user, action)
        assert not allows(user, action, county)
        assert not units_for(user, action).exists()
        assert not Unit.objects.filter(branch_q(user, action, path="")).exists()
    assert home_unit(user) is None


def test_nobody_signed_in_means_nothing(county: Unit) -> None:
    assert not may(AnonymousUser(), Action.VIEW_NETWORK)
    assert not units_for(AnonymousUser(), Action.VIEW_NETWORK).exists()


def test_a_closed_account_means_nothing(county: Unit) -> None:
    user = make_member(county, Role.COUNTY_OFFICE, is_active=False)
    assert not may(user, Action.VIEW_NETWORK)


def test_a_branch_is_the_unit_and_all_under_it(county: Unit) -> None:
    township, other = make_unit(county), make_unit(county)
    village, stranger = make_unit(township), make_unit(other)
    user = make_member(township, Role.SECRETARY)
    assert list(units_for(user, Action.VIEW_ROSTER)) == [township, village]
    assert not allows(user, Action.VIEW_ROSTER, county)
    assert not allows(user, Action.VIEW_ROSTER, Unit.objects.get(pk=stranger.pk))


def test_another_county_is_outside_though_its_ends_are_the_same(county: Unit) -> None:
    elsewhere = make_county(code="510821", name="旺苍县")
    user = make_member(elsewhere, Role.COUNTY_OFFICE)
    assert (county.lft, county.rght) == (elsewhere.lft, elsewhere.rght)
    assert not allows(user, Action.VIEW_NETWORK, county)
    assert list(units_for(user, Action.VIEW_NETWORK)) == [elsewhere]


@pytest.mark.parametrize(
    ("starts", "ends", "runs"),
    [(0, None, True), (1, None, False), (-5, -1, False), (-5, 0, True), (0, 0, True), (-5, 5, True), (1, 5, False)],
)
def test_a_membership_runs_from_its_first_to_its_last_day(
    county: Unit,
    starts: int,
    ends: int | None,
    runs: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    today = timezone.localdate()
    user = make_user()
    last = None if ends is None else today + ends * A_DAY
    dates: dict[str, Any] = {"starts_on": today + starts * A_DAY, "ends_on": last}
    membership = grant_role(user=user, unit=county, role=Role.LEADER, **dates)
    assert may(user, Action.VIEW_NETWORK) is runs
    assert membership.runs_on(today) is runs


def test_grants_are_read_once_for_a_request(county: Unit, django_assert_num_queries: "object") -> None:
    user = make_member(county)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for action in Action:
            may(user, action)
            allows(user, action, county)


def test_an_ended_role_is_forgotten(county: Unit) -> None:
    user = make_user()
    membership = grant(user, county, Role.LEADER)
    assert may(user, Action.VIEW_NETWORK)
    membership.ends_on = timezone.localdate() - A_DAY
    membership.save()
    forget_grants(user)
    assert not may(user, Action.VIEW_NETWORK)


def test_the_home_is_the_highest_branch(county: Unit) -> None:
    township = make_unit(county)
    village = make_unit(township)
    user = make_member(village, Role.CLERK)
    grant(user, township, Role.SECRETARY)
    assert home_unit(user) == township


def test_every_role_is_written_out() -> None:
    assert set(ROLE_ACTIONS) == set(Role.values)


def test_who_administers_accounts_sees_no_record() -> None:
    assert ROLE_ACTIONS[Role.SYSTEM_ADMIN] == {Action.MANAGE_ACCOUNTS}
    assert ROLE_ACTIONS[Role.AUDITOR] == {Action.VIEW_TRAIL}


def test_figures_without_personal_data_for_leaders() -> None:
    hidden = {Action.VIEW_ROSTER, Action.REVEAL_ROSTER, Action.VIEW_CHILDREN, Action.REVEAL_CHILDREN}
    assert not ROLE_ACTIONS[Role.LEADER] & hidden


GRANTS = st.lists(st.tuples(st.sampled_from(Role.values), st.integers(0, 100)), max_size=4)


@pytest.mark.slow
class TwoAnswers(TestCase):
    """`units_for` (which units?) and `allows` (may they?) are asked by different pages and must never differ."""

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(shape=st.lists(st.integers(0, 30), min_size=3, max_size=14), grants=GRANTS)
    def test_units_for_and_allows_agree(self, shape: list[int], grants: list[tuple[str, int]]) -> None:
        units = [make_county(), make_county(code="510821", name="旺苍县")]
        for choice in shape:
            parent = units[choice % len(units)]
            kind = {UnitKind.COUNTY: UnitKind.TOWNSHIP, UnitKind.TOWNSHIP: UnitKind.VILLAGE}.get(UnitKind(parent.kind))
            if kind:
                units.append(make_unit(parent, kind))
        user: User = make_user()
        for role, place in {(role, place % len(units)) for role, place in grants}:
            # Past the service: also the pairs of roles that it grants to nobody.
            Membership.objects.create(user=user, unit=units[place], role=role, starts_on=NETWORK_BEGAN)
        for action in Action:
            chosen = set(units_for(user, action))
            assert chosen == {unit for unit in Unit.objects.all() if allows(user, action, unit)}
            assert may(user, action) is bool(chosen)


def test_a_zero_byte_is_no_unit_s_code(county: Unit) -> None:
    """The database takes none: asking it would be a server error."""
    member = make_member(county, Role.LEADER)
    with pytest.raises(Http404):
        unit_for_user_or_404(member, "510824\0")
