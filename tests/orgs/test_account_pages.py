"""The pages of who keeps the accounts."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guanai.trail import history_of
from orgs.enums import AccountState, Role
from orgs.models import Unit, User
from tests.factories import make_county, make_member, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Unit:
    return make_unit(make_county(), name="亭子镇")


@pytest.fixture
def keeper(branch: Unit) -> Client:
    client = Client()
    client.force_login(make_member(branch, Role.SYSTEM_ADMIN))
    return client


def test_an_account_is_made_and_its_password_shown_once(keeper: Client, branch: Unit) -> None:
    entry = {"username": "luoxq", "name": "罗秀琼", "unit": branch.code, "role": "secretary", "starts_on": "2026-01-01"}
    response = keeper.post("/accounts/new/", entry)
    shown = re.search(r'id="password">([^<]+)<', response.content.decode())
    assert shown
    assert "no-store" in response.headers["Cache-Control"]
    account = User.objects.get(username="luoxq")
    assert account.check_password(shown[1])
    assert shown[1] not in keeper.get(f"/accounts/{account.pk}/").content.decode()
    chinese = keeper.post("/accounts/new/", {**entry, "username": "罗秀琼"}).content.decode()
    assert "3 到 32 位，只用英文字母、数字和 . _ -，不用汉字和空格" in chinese
    again = keeper.post("/accounts/new/", entry)
    assert "已经有人用" in again.content.decode()


def test_a_name_is_put_right_and_both_are_in_the_trail(keeper: Client, branch: Unit) -> None:
    account = make_member(branch, name="罗秀穷")
    url = f"/accounts/{account.pk}/name/"
    assert url in keeper.get(f"/accounts/{account.pk}/").content.decode()
    assert "罗秀穷" in keeper.get(url).content.decode()
    assert "请填写姓名" in keeper.post(url, {"name": " "}).content.decode()
    assert "姓名已改为罗秀琼" in keeper.post(url, {"name": " 罗秀琼"}, follow=True).content.decode()
    assert history_of(account)[0].changes == {"name": ["罗秀穷", "罗秀琼"]}


def test_a_role_that_the_unit_does_not_have_is_told_at_the_field(keeper: Client, branch: Unit) -> None:
    entry = {"username": "luoxq", "name": "罗秀琼", "unit": branch.code, "role": "clerk", "starts_on": "2026-01-01"}
    form = keeper.post("/accounts/new/", entry).context["form"]
    assert "亭子镇是乡镇（街道），请改单位或职责" in form.errors["role"][0]
    assert not User.objects.filter(username="luoxq").exists()


@pytest.mark.parametrize("verb", ["password", "second-factor", "unlock", "deactivate", "reactivate"])
def test_a_verb_is_for_keepers_of_the_branch(keeper: Client, branch: Unit, verb: str) -> None:
    account = make_member(branch)
    stranger, reader = Client(), Client()
    elsewhere = make_unit(Unit.objects.get(code="510824"))
    stranger.force_login(make_member(elsewhere, Role.SYSTEM_ADMIN))
    reader.force_login(make_member(branch, Role.COUNTY_OFFICE))
    url = f"/accounts/{account.pk}/{verb}/"
    assert keeper.get(url).status_code == 200
    answers = [client.post(url).status_code for client in (stranger, reader)]
    assert answers == [404, 403]
    assert keeper.put(url).status_code == 405
    assert keeper.post(url).status_code in {200, 302}


@pytest.mark.parametrize("state", AccountState.values)
def test_the_list_is_filtered_and_its_queries_do_not_grow(
    keeper: Client, branch: Unit, state: str, django_assert_max_num_queries: Any
) -> None:
    def count() -> int:
        keeper.get("/accounts/", {"state": state})
        with django_assert_max_num_queries(40) as queries:
            assert keeper.get("/accounts/", {"state": state}).status_code == 200
        return len(queries)

    def add() -> None:
        user = make_member(branch, is_active=state != "closed")
        if state == "bare":
            user.memberships.update(role=Role.COUNTY_OFFICE)
        if state == "ending":
            user.memberships.update(ends_on=timezone.localdate())

    add()
    before = count()
    add()
    add()
    assert count() == before


@pytest.fixture
def whole_county(branch: Unit) -> Client:
    client = Client()
    client.force_login(make_member(Unit.objects.get(parent=None), Role.SYSTEM_ADMIN))
    return client


def offered(answer: Any) -> list[str]:
    return re.findall(r'name="unit" value="([^"]+)"', answer.content.decode())


def test_a_unit_is_found_by_its_name_and_what_is_typed_stays(whole_county: Client, branch: Unit) -> None:
    for name in ("清河村村民委员会", "清水村村民委员会"):
        make_unit(branch, name=name)
    village = Unit.objects.get(name="清河村村民委员会")
    typed = {"username": "luoxq", "name": "", "role": "clerk", "starts_on": "2026-01-01", "find": "清河"}
    found = whole_county.post("/accounts/new/", {**typed, "step": "find"})
    text = found.content.decode()
    assert offered(found) == [village.code]
    assert "清河村（亭子镇）" in text
    assert "没有成功" not in text
    assert "错误：" not in text
    assert 'value="luoxq"' in text
    assert offered(whole_county.post("/accounts/new/", {**typed, "step": "enter"})) == [village.code]
    by_typing = whole_county.post("/accounts/new/", typed, headers={"HX-Trigger-Name": "find"})
    assert offered(by_typing) == [village.code]
    # Enter, once a unit is chosen, is the wish to save; the chosen one stays in sight while another is looked for.
    sent = {**typed, "unit": village.code, "step": "enter"}
    assert "请填写姓名" in whole_county.post("/accounts/new/", sent).content.decode()
    looked = whole_county.post("/accounts/new/", {**sent, "find": "清水", "step": "find"})
    assert offered(looked)[0] == village.code
    assert len(offered(looked)) == 2
    whole_county.post("/accounts/new/", {**sent, "name": "罗秀琼"})
    assert User.objects.get(username="luoxq").memberships.get().unit == village


@pytest.mark.parametrize("words", ["没有\x00这样", "%", "清" * 200])
def test_a_name_that_no_unit_has_is_told(whole_county: Client, words: str) -> None:
    found = whole_county.post("/accounts/new/", {"find": words, "step": "find"})
    assert "没有这个名称" in found.content.decode()


def test_a_unit_of_another_branch_is_neither_found_nor_taken(keeper: Client, branch: Unit) -> None:
    other = make_unit(Unit.objects.get(parent=None), name="云峰镇")
    assert offered(keeper.post("/accounts/new/", {"find": "云峰", "unit": other.code, "step": "find"})) == []
    entry = {"username": "luoxq", "name": "罗秀琼", "unit": other.code, "role": "secretary", "starts_on": "2026-01-01"}
    assert "unit" in keeper.post("/accounts/new/", entry).context["form"].errors
    assert not User.objects.filter(username="luoxq").exists()


def test_the_form_offers_few_units_of_many_and_costs_the_same(
    whole_county: Client, branch: Unit, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for more in (1, 20):
        for _ in range(more):
            make_unit(branch)
        whole_county.get("/accounts/new/")
        with django_assert_max_num_queries(20) as queries:
            answer = whole_county.get("/accounts/new/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(offered(answer)) == 10
