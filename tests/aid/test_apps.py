import datetime

from django.urls import reverse

from guanai import dependents
from orgs.enums import Role
from tests.aid.factories import World, signed_in
from tests.factories import make_child, make_fund_account, make_grant, make_member, make_pairing, make_volunteer


def test_the_registry_counts_what_hangs_on_each_unit_of_a_branch(world: World) -> None:
    kinds = dependents.registry.unit_records
    make_child(world.village)
    make_child(world.village, closed_on=datetime.date(2026, 1, 1), close_reason="迁出")
    make_grant(make_child(world.township), make_fund_account(world.county))
    make_child(world.elsewhere)

    assert kinds["children"].by_unit(world.township) == {world.village.pk: 1, world.township.pk: 1}
    assert kinds["grants"].by_unit(world.township) == {world.township.pk: 1}


def test_the_page_of_a_unit_opens_its_children_for_who_may_see_them(world: World) -> None:
    make_child(world.village)
    url, children = reverse("orgs:unit_detail", args=[world.township.code]), f"/children/?unit={world.township.code}"

    assert children in signed_in(world.secretary).get(url).content.decode()
    assert children not in signed_in(make_member(world.township, Role.CLERK)).get(url).content.decode()
    page = signed_in(world.secretary).get("/children/", {"unit": world.township.code, "state": "open"})
    assert page.context["listing"].total == 1


def test_the_page_of_a_helper_shows_the_children_of_the_readers_own_branch(world: World) -> None:
    helper = make_volunteer(world.county)
    near, far = make_pairing(make_child(world.village), helper), make_pairing(make_child(world.elsewhere), helper)
    url = reverse("volunteers:volunteer_detail", args=[helper.pk])

    office = signed_in(world.colleague).get(url).content.decode()

    assert near.child.number in office
    assert far.child.number in office
    assert near.child.name not in office
    part = dependents.registry.person_parts["pairings"]
    assert part.context(helper, world.secretary) == {"pairings": [near]}
    assert part.context(make_volunteer(world.county), world.secretary) == {}


def test_the_menu_holds_what_the_role_may_open(world: World) -> None:
    entries = {"儿童与结对": "/children/", "走访": "/visits/", "关爱基金": "/fund/grants/"}

    for user, seen in (
        (world.secretary, True),
        (world.approver, True),
        (make_member(world.county, Role.LEADER), False),
    ):
        text = signed_in(user).get(reverse("page:more")).content.decode()
        assert [f'href="{url}"' in text for url in entries.values()] == [seen] * 3
