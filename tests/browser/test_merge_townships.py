"""At a desk: the county office merges two townships with a preview, sees the totals, and takes the merger back."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from orgs.enums import Role
from orgs.models import Unit, User
from orgs.tree import broken_nodes
from tests.factories import PASSWORD, make_activity, make_county, make_member, make_theme, make_unit
from tests.second_factor import code_of, give_second_factor

DESK: ViewportSize = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class County:
    office: User
    gone: Unit
    stays: Unit


@pytest.fixture
def county(transactional_db: None) -> County:
    """Two townships with a village each; 3 activities in the one that goes, 2 in the one that stays."""
    root = make_county()
    gone = make_unit(root, name="桥溪乡", code="510824229000")
    stays = make_unit(root, name="东溪镇", code="510824110000")
    office = make_member(root, Role.COUNTY_OFFICE, username="zhoumin", name="周敏")
    make_member(gone, Role.SECRETARY, name="何小平")
    theme, day = make_theme("科学文体"), timezone.localdate()
    places = [gone, make_unit(gone, name="大营村村民委员会"), make_unit(gone, name="小营村村民委员会"), stays]
    for place in [*places, make_unit(stays, name="双田村村民委员会")]:
        make_activity(place, recorded_by=office, theme=theme, held_on=day)
    return County(office, gone, stays)


@pytest.fixture
def desk(context: BrowserContext, live_server: LiveServer, county: County) -> Iterator[Page]:
    """The office has signed in; whatever the browser complains about fails the test."""
    page = context.new_page()
    page.set_viewport_size(DESK)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(live_server.url)
    secret = give_second_factor(county.office).secret
    page.get_by_label("用户名").fill(county.office.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("验证码").fill(code_of(secret))
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("link", name="组织网络")).to_be_visible()
    yield page
    assert complaints == []


def totals(page: Page) -> dict[str, tuple[str, str]]:
    """Activities (now, then) by unit, as the page of the change tells them."""
    rows = page.get_by_role("region", name="现在和当时的数据").locator("tbody tr").all()
    return {
        row.locator("th a").inner_text(): (row.locator("td").nth(0).inner_text(), row.locator("td").nth(1).inner_text())
        for row in rows
    }


def test_two_townships_are_merged_and_the_merger_is_taken_back(desk: Page, county: County) -> None:
    desk.get_by_role("link", name="区划调整").click()
    desk.get_by_role("link", name="办一项调整").first.click()
    desk.get_by_role("link", name="合并", exact=True).click()
    desk.get_by_label("桥溪乡").check()
    desk.get_by_label("并入").select_option(label="东溪镇")
    today = timezone.localdate()
    new_year = today.replace(month=1, day=1)
    desk.get_by_label("生效日期").fill(new_year.isoformat())
    desk.get_by_label("文号").fill("苍府发〔2025〕8号")
    desk.get_by_role("button", name="看预览").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("桥溪乡并入东溪镇")
    expect(desk.get_by_role("region", name="随同划转的下级单位")).to_contain_text("2 个")
    expect(desk.get_by_role("region", name="挂在这些单位的记录")).to_contain_text("3 场")
    expect(desk.get_by_role("region", name="账号")).to_contain_text("何小平")
    assert Unit.objects.get(pk=county.gone.pk).closed_on is None
    desk.get_by_role("button", name="确认办理").click()
    expect(desk.get_by_text("已生效。")).to_be_visible()
    assert totals(desk) == {"苍溪县（含下级）": ("5", "5"), "东溪镇": ("5", "2"), "桥溪乡": ("—", "3")}
    assert broken_nodes() == []

    desk.get_by_role("link", name="撤回", exact=True).click()
    desk.get_by_label("文号").fill("苍府发〔2025〕12号")
    desk.get_by_label("原因").fill("批复有误")
    desk.get_by_role("button", name="看预览").click()
    desk.get_by_role("button", name="确认办理").click()
    expect(desk.get_by_text("已撤回。")).to_be_visible()
    # The day before is one of the merger, unless all this happens on New Year's Day.
    stays, gone = ("5", "—") if new_year < today else ("2", "3")
    assert totals(desk) == {"苍溪县（含下级）": ("5", "5"), "东溪镇": ("2", stays), "桥溪乡": ("3", gone)}
    desk.get_by_role("link", name="桥溪乡").first.click()
    assert Unit.objects.filter(parent=county.gone).count() == 2
    assert broken_nodes() == []
