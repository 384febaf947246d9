"""What the browser tests share: somebody who signs in on a phone on the way to a page."""

from playwright.sync_api import BrowserContext, Page, ViewportSize

from tests.factories import PASSWORD

PHONE: ViewportSize = {"width": 390, "height": 844}


def on_a_phone(context: BrowserContext, url: str, username: str) -> tuple[Page, list[str]]:
    """The page at `url` once they have signed in, and what the browser complains of from now on."""
    page = context.new_page()
    page.set_viewport_size(PHONE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page, complaints
