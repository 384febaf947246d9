"""The frame's own pages: signing in and out, 大字版, the account, 更多, errors."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from guanai.views import csrf_failure
from orgs.models import User
from orgs.services import issue_token

PASSWORD = "Hong-Jun-Du-2026"


@pytest.fixture
def secretary(db: None) -> User:
    return User.objects.create_user(username="luoxiuqiong", password=PASSWORD, name="罗秀琼")


def sign_in(client: Client, username: str, password: str, **extra: str) -> Any:
    return client.post(reverse("page:sign_in"), {"username": username, "password": password, **extra})


def test_sign_in_page_asks_the_database_nothing(client: Client, django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        response = client.get(reverse("page:sign_in"))
    content = response.content.decode()
    assert '<html lang="zh-CN">' in content
    assert "<title>登录 · 关工委</title>" in content


def test_sign_in_leads_to_the_page_that_was_wanted(client: Client, secretary: User) -> None:
    response = sign_in(client, secretary.username, PASSWORD, next="/more/")
    assert response.status_code == 302
    assert response["Location"] == "/more/"


def test_sign_in_never_leads_to_another_site(client: Client, secretary: User) -> None:
    response = sign_in(client, secretary.username, PASSWORD, next="https://example.org/")
    assert response["Location"] == settings.LOGIN_REDIRECT_URL


def test_wrong_name_wrong_password_and_closed_account_read_the_same(client: Client, secretary: User) -> None:
    User.objects.create_user(username="closed", password=PASSWORD, is_active=False)
    answers = [
        sign_in(client, secretary.username, "wrong"),
        sign_in(client, "nobody", PASSWORD),
        sign_in(client, "closed", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {200}
    messages = [answer.context["form"].non_field_errors() for answer in answers]
    assert messages[0] == ["用户名或密码不对。请核对后再试，密码区分大小写。"]
    assert messages[0] == messages[1] == messages[2]
    assert "<title>错误：登录" in answers[0].content.decode()


def test_too_many_wrong_passwords_lock_and_say_for_how_long(client: Client, secretary: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = sign_in(client, secretary.username, "wrong")
    assert response.status_code == 429
    assert "请过 30 分钟再试" in response.content.decode()
    assert sign_in(client, secretary.username, PASSWORD).status_code == 429


def test_lock_tells_nothing_about_whether_the_name_exists(client: Client, secretary: User) -> None:
    for name in (secretary.username, "nobody"):
        for _ in range(settings.AXES_FAILURE_LIMIT):
            response = sign_in(client, name, "wrong")
        assert response.status_code == 429


def test_sign_out_needs_a_post(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    assert client.get(reverse("page:sign_out")).status_code == 405
    assert client.post(reverse("page:sign_out"))["Location"] == reverse("page:sign_in")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["page:account", "page:more", "page:large_type"])
def test_pages_of_the_frame_need_somebody_signed_in(client: Client, name: str, db: None) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("page:sign_in"))


def test_a_page_can_tell_when_the_session_ends_and_whom_to_ask_for_more(client: Client, secretary: User) -> None:
    assert 'id="leaving"' not in client.get(reverse("page:sign_in")).content.decode()
    client.force_login(secretary)
    text = client.get(reverse("page:account")).content.decode()
    url = reverse("page:more")
    assert f'id="leaving" role="alert" data-session="{29 * 60}" data-url="{url}" hidden' in text
    assert f"{reverse('page:sign_in')}?next=%2Faccount%2F" in text
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=2))
    assert client.head(url).status_code == 200
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=29)


def test_large_type_stays_with_the_user(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    assert '<html lang="zh-CN">' in client.get(reverse("page:more")).content.decode()
    response = client.post(reverse("page:large_type"), {"large": "1", "next": "/more/"})
    assert response["Location"] == "/more/"
    assert '<html lang="zh-CN" class="large">' in client.get(reverse("page:more")).content.decode()
    client.post(reverse("page:large_type"), {"large": "0"})
    secretary.refresh_from_db()
    assert not secretary.large_type


def test_large_type_switch_leads_back_to_our_pages_only(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    response = client.post(reverse("page:large_type"), {"large": "1", "next": "//example.org/"})
    assert response["Location"] == settings.LOGIN_REDIRECT_URL


def test_large_type_is_not_switched_by_a_link(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    assert client.get(reverse("page:large_type")).status_code == 405


def test_password_is_changed_and_the_session_stays(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    fields = {"old_password": PASSWORD, "new_password1": "Jia-Ling-2027", "new_password2": "Jia-Ling-2027"}
    response = client.post(reverse("page:account"), fields, follow=True)
    assert "密码已修改。" in response.content.decode()
    secretary.refresh_from_db()
    assert secretary.check_password("Jia-Ling-2027")


def test_a_changed_password_ends_every_other_session_and_the_tokens(client: Client, secretary: User) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        each.force_login(secretary)
    token = issue_token(user=secretary, name="取数", scope="read", expires_on=timezone.localdate()).token
    fields = {"old_password": PASSWORD, "new_password1": "Jia-Ling-2027", "new_password2": "Jia-Ling-2027"}
    response = client.post(reverse("page:account"), fields, follow=True)
    assert "别处的登录和接口令牌已一并失效" in response.content.decode()
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert elsewhere.get(reverse("page:account")).status_code == 302
    assert client.get(reverse("page:account")).status_code == 200


def test_wrong_old_password_changes_nothing(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    fields = {"old_password": "wrong", "new_password1": "Jia-Ling-2027", "new_password2": "Jia-Ling-2027"}
    response = client.post(reverse("page:account"), fields)
    assert "有 1 处要改" in response.content.decode()
    secretary.refresh_from_db()
    assert secretary.check_password(PASSWORD)


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "405.html", "500.html"])
def test_error_pages_need_no_request(template: str) -> None:
    html = render_to_string(template)
    assert "回首页" in html
    assert "！" not in html


def test_missing_page_is_told_in_words(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()


def test_failed_csrf_check_explains_itself(secretary: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(secretary)
    response = strict.post(reverse("page:large_type"), {"large": "1"})
    assert response.status_code == 403
    assert "页面放得太久" in response.content.decode()
    assert csrf_failure(RequestFactory().post("/")).status_code == 403


def test_no_template_or_script_breaks_the_content_security_policy() -> None:
    """No style attribute, no inline script or handler; nothing from another host."""
    templates = [path for path in Path(settings.BASE_DIR / "templates").rglob("*.html") if path.is_file()]
    assert len(templates) > 30
    for path in templates:
        text = path.read_text()
        for forbidden in (
            " style=",
            "<style",
            "<script>",
            " onclick=",
            " onchange=",
            "javascript:",
            "https://",
            "http://",
        ):
            assert forbidden not in text, f"{path.name}: {forbidden}"


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (settings.BASE_DIR / "guanai/static/guanai/sprite.svg").read_text()
    drawn = set(re.findall(r'id="i-([a-z]+)"', sprite))
    named = {
        name
        for path in Path(settings.BASE_DIR / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([a-z]+)" %}', path.read_text())
    }
    assert named
    assert named <= drawn


def test_an_address_that_takes_forms_alone_says_so_when_it_is_opened(client: Client, secretary: User) -> None:
    client.force_login(secretary)
    response = client.get(reverse("page:large_type"))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "只接收表单" in response.content.decode()


def test_large_type_leads_back_to_the_page_with_the_form_after_an_error(client: Client, secretary: User) -> None:
    """The address that the form was sent to may show nothing when it is opened."""
    client.force_login(secretary)
    here = reverse("page:account")
    fields = {"old_password": "wrong", "new_password1": "a", "new_password2": "b"}
    refused = client.post(here, fields, headers={"referer": f"http://testserver{here}?from=menu"})
    assert f'name="next" value="{here}?from=menu"' in refused.content.decode()
    foreign = client.post(here, fields, headers={"referer": "https://elsewhere.example/"})
    assert f'name="next" value="{here}"' in foreign.content.decode()
