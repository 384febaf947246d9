"""Signing in: the lock after five wrong passwords, the second factor, and the page outside one's branch."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import PASSWORD, make_county, make_member, make_unit
from tests.second_factor import code_of


@pytest.fixture
def county(transactional_db: None) -> Unit:
    return make_county()


def type_password(page: Page, server: LiveServer, username: str, password: str = PASSWORD) -> None:
    page.goto(f"{server.url}/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def test_five_wrong_passwords_lock(page: Page, live_server: LiveServer, county: Unit) -> None:
    user = make_member(make_unit(county))
    for _ in range(5):
        type_password(page, live_server, user.username, "Wrong-one-1")
    expect(page.get_by_text("这个用户名暂时不能登录")).to_be_visible()
    type_password(page, live_server, user.username)
    expect(page.get_by_text("这个用户名暂时不能登录")).to_be_visible()


def test_the_second_factor_is_set_up_and_asked_for(page: Page, live_server: LiveServer, county: Unit) -> None:
    office = make_member(county, Role.COUNTY_OFFICE)
    type_password(page, live_server, office.username)
    expect(page.get_by_role("heading", level=1)).to_have_text("设置双因素验证")
    expect(page.locator("svg.qr")).to_be_visible()
    page.get_by_text("不能扫码，手工输入密钥").click()
    secret = page.locator("p.mono").inner_text().replace(" ", "")
    page.get_by_label("验证码").fill(code_of(secret))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="抄好了，继续").click()
    page.get_by_role("button", name="退出").click()
    type_password(page, live_server, office.username)
    expect(page.get_by_role("heading", level=1)).to_have_text("输入验证码")
    page.get_by_label("验证码").fill(code_of(secret, steps=1))
    page.get_by_role("button", name="继续").click()
    expect(page).not_to_have_url(re.compile("sign-in"))


def test_a_secretary_outside_the_branch_gets_a_plain_page(page: Page, live_server: LiveServer, county: Unit) -> None:
    elsewhere = make_unit(county, name="云峰镇")
    type_password(page, live_server, make_member(make_unit(county)).username)
    answer = page.goto(f"{live_server.url}/units/{elsewhere.code}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到这一页")
