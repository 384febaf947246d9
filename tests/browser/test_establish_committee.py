"""A place without a committee gets one by its document, and the coverage says so."""

import datetime
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import PASSWORD, make_county, make_member, make_unit

FOUNDED = datetime.date(2015, 6, 1)


@pytest.fixture
def desk(context: BrowserContext, live_server: LiveServer, transactional_db: None) -> Iterator[Page]:
    county = make_county()
    township = make_unit(county, name="亭子镇", code="510824125000", committee_established_on=FOUNDED)
    make_unit(township, name="长江村村民委员会", code="510824125209")
    Unit.objects.filter(pk=county.pk).update(committee_established_on=FOUNDED)
    secretary = make_member(township, Role.SECRETARY, username="luoxiuqiong", name="罗秀琼")
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_label("用户名").fill(secretary.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    yield page
    page.goto(f"{live_server.url}/more/")
    page.wait_for_load_state("networkidle")


def test_a_place_leaves_the_list_of_missing_ones_with_its_document(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/coverage/")
    expect(desk.get_by_text("50.0%").first).to_be_visible()
    desk.get_by_role("link", name="看应建未建的单位").click()
    desk.get_by_role("link", name="登记成立").click()

    desk.get_by_label("成立日期").fill("2025-05-06")
    desk.get_by_label("成立文件扫描件").set_input_files(
        {"name": "成立.pdf", "mimeType": "application/pdf", "buffer": b"MZ not a paper"}
    )
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator("#errors")).to_contain_text("请填写成立文号")
    expect(desk.locator("#errors")).to_contain_text("这个文件的内容不是")
    expect(desk.get_by_label("成立日期")).to_have_value("2025-05-06")

    desk.get_by_label("成立文号").fill("亭委发〔2025〕12号")
    desk.get_by_label("成立文件扫描件").set_input_files(
        {"name": "成立.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a paper"}
    )
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_text("已登记长江村关工委")).to_be_visible()
    expect(desk.get_by_role("link", name="看扫描件")).to_be_visible()

    desk.goto(f"{live_server.url}/coverage/")
    expect(desk.get_by_text("100%").first).to_be_visible()
    desk.goto(f"{live_server.url}/coverage/?missing=1")
    expect(desk.get_by_role("link", name="登记成立")).to_have_count(0)
