"""A secretary exports what a meeting asks for: a list with columns of her choice, and one person's form in clear."""

import io

import docx
import openpyxl
import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from guanai.models import ViewLog
from orgs.enums import Role
from tests.factories import PASSWORD, make_county, make_member, make_unit, make_volunteer
from volunteers.models import Volunteer


@pytest.fixture
def person(transactional_db: None) -> Volunteer:
    township = make_unit(make_county(), name="云峰镇", code="510824102")
    make_member(township, Role.SECRETARY, username="wangxiaofang")
    return make_volunteer(township, name="杜承志", rank="副科")


def test_a_list_of_chosen_columns_and_a_form_in_clear(page: Page, live_server: LiveServer, person: Volunteer) -> None:
    page.goto(f"{live_server.url}/volunteers/")
    page.get_by_label("用户名").fill("wangxiaofang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    page.get_by_role("link", name="选择列").click()
    page.get_by_label("电话（遮盖）").uncheck()
    page.get_by_label("职级").check()
    with page.expect_download() as listed:
        page.get_by_role("button", name="导出这 1 人").click()
    sheet = openpyxl.load_workbook(io.BytesIO(listed.value.path().read_bytes())).worksheets[0]
    cells = {cell.value for row in sheet.iter_rows(min_row=3) for cell in row}
    assert {"职级", "副科", person.masked_id} <= cells
    assert "电话（遮盖）" not in cells

    page.get_by_role("link", name="五老人才库").first.click()
    page.get_by_role("link", name="杜承志").click()
    page.get_by_role("link", name="登记表").click()
    page.get_by_role("button", name="生成完整版").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择导出理由")
    page.get_by_label("入库登记盖章").check()
    page.get_by_role("button", name="生成完整版").click()
    expect(page.get_by_role("table", name="我生成的文件")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载 登记表").click()
    assert "杜" not in fetched.value.suggested_filename
    form = docx.Document(str(fetched.value.path())).tables[0]
    assert person.id_number in {cell.text for row in form.rows for cell in row.cells}
    assert ViewLog.objects.filter(record_id=person.pk).count() == 4
