"""A secretary takes a messy roster in: a column is put right, errors are seen, rows go in and are taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from tests.factories import PASSWORD, make_county, make_member, make_speciality, make_unit
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.models import Volunteer


@pytest.fixture
def messy(transactional_db: None, tmp_path: Path) -> Path:
    """A roster as a township keeps it: a title, its own name for the telephones, an ID that Excel has spoilt."""
    make_speciality("法治")
    township = make_unit(make_county(), name="云峰镇", code="510824102")
    make_unit(township, name="大营村村民委员会", code="510824102201")
    township.refresh_from_db()
    make_member(township, Role.SECRETARY, username="wangxiaofang")
    path = tmp_path / "名册.xlsx"
    path.write_bytes(
        xlsx(
            ("云峰镇五老花名册",),
            ("序号", "姓 名", "证件号码", "随身电话", "类别", "专长", "村"),
            (1, "张 三", some_id(order=701), "13812345678", "老教师", "法治、吹唢呐", "大营村"),
            (2, "李四", some_id(order=703), 13812345679, "老干部", "法治", "大营"),
            (3, "王五", "5.10824E+17", None, "老干部", None, "大营村"),
            ("合计", "3人"),
            merged=["A1:G1"],
        )
    )
    return path


def test_a_messy_roster_goes_in_and_is_taken_back(page: Page, live_server: LiveServer, messy: Path) -> None:
    page.goto(f"{live_server.url}/volunteers/import/")
    page.get_by_label("用户名").fill("wangxiaofang")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("名册文件").set_input_files(messy)
    page.get_by_role("button", name="上传并认列名").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("每一列是什么")
    page.get_by_label("随身电话").select_option(label="电话")
    page.get_by_role("button", name="看结果").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("可以导入 1 人")
    wrong = page.get_by_role("table", name="有错误的行和原因")
    expect(wrong).to_contain_text("最后几位已丢失")
    expect(wrong).to_contain_text("第 5 行")
    page.get_by_label("特长：吹唢呐").select_option(label="不要这个词")
    page.get_by_role("button", name="按这样算，再看结果").click()
    page.get_by_role("button", name="导入这 2 人").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("已导入 云峰镇的名册")
    assert sorted(Volunteer.objects.values_list("name", "unit__code")) == [
        ("张三", "510824102201"),
        ("李四", "510824102201"),
    ]
    assert Volunteer.objects.get(name="张三").phone == "13812345678"
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("这次导入已撤销")
    assert not Volunteer.objects.exists()
