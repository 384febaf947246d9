"""From the right password to the first page: second factor, first password, `next`, the end of a session."""

import datetime
import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from activities.models import ActivityDraft
from guanai.crypto import decrypt
from guanai.enums import Verb
from guanai.models import TrailEntry
from guanai.trail import history_of
from orgs.enums import SECOND_FACTOR_ROLES, Role
from orgs.models import ApiToken, RecoveryCode, SecondFactor, Unit, User
from orgs.services import create_account
from tests.factories import PASSWORD, make_county, make_member, make_unit, make_user
from tests.second_factor import code_of, give_second_factor

pytestmark = pytest.mark.django_db

WRONG = "验证码不对，或者已经用过"
NEW = "Quiet-Lake-27"
ELSEWHERE = [
    "https://example.org/",
    "//example.org/",
    "///example.org/",
    "https:example.org",
    "http:///example.org/",
    "\\\\example.org\\",
    "/\\example.org/",
    "\t//example.org/",
    "javascript:alert(1)",
    "ftp://testserver/",
]


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def office(county: Unit) -> User:
    return make_member(county, Role.COUNTY_OFFICE)


def with_password(user: User, password: str = PASSWORD, **fields: str) -> tuple[Client, Any]:
    """A browser in which the password was typed, and the answer."""
    client = Client()
    return client, client.post("/sign-in/", {"username": user.username, "password": password, **fields})


def shown_secret(response: Any) -> str:
    found = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', response.content.decode())
    assert found
    return found[1].replace(" ", "")


def set_up(client: Client) -> tuple[str, list[str]]:
    """The key and the recovery codes of a second factor set up through the page."""
    secret = shown_secret(client.get("/account/second-factor/"))
    response = client.post("/account/second-factor/", {"code": code_of(secret)})
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", response.content.decode())
    assert len(codes) == 10
    return secret, codes


# --- Second factor ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(Role))
def test_who_needs_a_second_factor_reaches_nothing_before_it_is_set_up(county: Unit, role: Role) -> None:
    client, _ = with_password(make_member(county, role))
    closed = {url: client.get(url).status_code for url in ("/units/", "/account/", "/more/", "/admin/", "/accounts/")}
    step = client.get("/account/").headers.get("Location")
    api = client.get("/api/v1/units/").status_code
    if role in SECOND_FACTOR_ROLES:
        assert set(closed.values()) == {302}
        assert step == "/account/second-factor/?next=/account/"
        assert api == 403
        assert client.post("/account/", {}).status_code == 302
    else:
        assert closed["/account/"] == closed["/more/"] == 200
        assert api in {200, 403}


def test_the_admin_and_the_api_are_closed_until_the_code_was_typed(office: User) -> None:
    factor = give_second_factor(office)
    client, _ = with_password(office)
    urls = ("/units/", "/admin/", "/admin/orgs/unit/", "/account/", "/account/second-factor/", "/accounts/", "/more/")
    for url in urls:
        assert client.get(url).headers["Location"] == f"/sign-in/code/?next={url}"
    for url in ("/api/v1/units/", "/api/v1/figures/", "/api/v1/schema/"):
        assert client.get(url).status_code == 403
    assert client.post("/large-type/", {"large": "1"}).headers["Location"].startswith("/sign-in/code/")
    assert client.post("/sign-in/code/", {"code": code_of(factor.secret), "next": "/units/"}).status_code == 302
    for url in ("/units/", "/admin/", "/api/v1/units/"):
        assert client.get(url).status_code == 200


def test_the_app_is_set_up_once_and_asked_for_afterwards(office: User) -> None:
    client, response = with_password(office, next="/units/")
    assert response.headers["Location"] == "/units/"
    page = client.get("/units/", follow=True)
    assert page.redirect_chain == [("/account/second-factor/?next=/units/", 302)]
    html = page.content.decode()
    assert "<svg" in html
    assert "style=" not in html
    secret = shown_secret(page)
    session = client.session.session_key
    done = client.post("/account/second-factor/", {"code": code_of(secret), "next": "/units/"})
    assert 'href="/units/"' in done.content.decode()
    assert "no-store" in done.headers["Cache-Control"]
    assert client.session.session_key != session
    assert client.get("/units/").status_code == 200
    assert client.get("/account/second-factor/").headers["Location"] == "/account/"

    again, _ = with_password(office)
    assert again.get("/units/").headers["Location"] == "/sign-in/code/?next=/units/"
    answer = again.post("/sign-in/code/?next=/units/", {"code": code_of(secret, steps=1)})
    assert answer.headers["Location"] == "/units/"
    assert again.get("/units/").status_code == 200


def test_the_key_rests_encrypted_and_recovery_codes_as_digests(office: User) -> None:
    client, _ = with_password(office)
    secret, codes = set_up(client)
    stored = SecondFactor.objects.extra(select={"raw": "secret"}).get().raw
    assert secret.encode() not in bytes(stored)
    assert decrypt(bytes(stored)) == secret
    digests = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert not any(code.replace("-", "").encode() in digests for code in codes)


def test_each_session_begins_a_key_of_its_own_and_a_wrong_code_keeps_it(office: User) -> None:
    """Who sat at another browser before has seen its key: it is worth nothing. The trail knows who began one."""
    first = shown_secret(with_password(office)[0].get("/account/second-factor/"))
    client, _ = with_password(office)
    second, again = (shown_secret(client.get("/account/second-factor/")) for _ in range(2))
    assert first != second == again
    begun = history_of(SecondFactor.objects.get(user=office)).get()
    assert (begun.actor, str(begun.address)) == (office, "127.0.0.1")
    response = client.post("/account/second-factor/", {"code": code_of(first)})
    assert WRONG in response.content.decode()
    assert shown_secret(response) == second
    assert client.get("/units/").status_code == 302
    assert "备用码" in client.post("/account/second-factor/", {"code": code_of(second)}).content.decode()


def test_codes_that_were_refused_and_taken_are_in_the_trail(office: User) -> None:
    """Found by an intruder: who knew the password alone looked like a sign-in, and guessing codes left nothing."""
    factor = give_second_factor(office)
    client, _ = with_password(office)
    client.post("/sign-in/code/", {"code": "000000"})
    refused = TrailEntry.objects.get(verb=Verb.CODE_REFUSED)
    assert (refused.actor, refused.record_id) == (office, office.pk)
    assert not TrailEntry.objects.filter(verb=Verb.CODE_PASSED).exists()
    factor.throttle_reset()
    client.post("/sign-in/code/", {"code": code_of(factor.secret)})
    assert TrailEntry.objects.get(verb=Verb.CODE_PASSED).actor == office


@pytest.mark.parametrize("path", ["/", "/units/", "/account/", "/activities/", "/means/", "/figures/veterans/"])
def test_nothing_that_a_signed_in_person_reads_stays_in_the_browser(office: User, path: str) -> None:
    client = Client()
    client.force_login(office)
    response = client.get(path, follow=True)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_a_code_works_once(office: User) -> None:
    factor = give_second_factor(office)
    code = code_of(factor.secret)
    first, second = with_password(office)[0], with_password(office)[0]
    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    answer = second.post("/sign-in/code/", {"code": code})
    assert answer.status_code == 200
    assert WRONG in answer.content.decode()


@pytest.mark.parametrize("code", ["000000", "12345", "abcdef", "１２３４５６", "0" * 20, "aaaaa-aaaaa", "\0"])
def test_a_wrong_code_gets_one_message_and_opens_nothing(office: User, code: str) -> None:
    factor = give_second_factor(office)
    if code == code_of(factor.secret):
        code = "000001"
    client, _ = with_password(office)
    answer = client.post("/sign-in/code/", {"code": code})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert client.get("/units/").status_code == 302


def test_many_wrong_codes_are_slowed_down_and_the_right_one_waits_too(office: User) -> None:
    factor = give_second_factor(office)
    client, _ = with_password(office)
    for _ in range(5):
        client.post("/sign-in/code/", {"code": "not it"})
    factor.refresh_from_db()
    counted = factor.throttling_failure_count
    assert counted >= 3
    answer = client.post("/sign-in/code/", {"code": code_of(factor.secret)})
    assert WRONG in answer.content.decode()
    SecondFactor.objects.update(throttling_failure_timestamp=timezone.now() - datetime.timedelta(minutes=5))
    assert client.post("/sign-in/code/", {"code": code_of(factor.secret)}).status_code == 302
    factor.refresh_from_db()
    assert factor.throttling_failure_count == 0


def test_a_recovery_code_works_once_however_it_is_typed(office: User) -> None:
    _, codes = set_up(with_password(office)[0])
    typed = f" {codes[0].upper().replace('-', ' ')} "
    assert with_password(office)[0].post("/sign-in/code/", {"code": typed}).status_code == 302
    answer = with_password(office)[0].post("/sign-in/code/", {"code": codes[0]})
    assert WRONG in answer.content.decode()
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_new_recovery_codes_take_the_place_of_the_old(office: User) -> None:
    client, _ = with_password(office)
    _, old = set_up(client)
    answer = client.post("/account/second-factor/codes/", {"code": old[0]})
    new = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", answer.content.decode())
    assert len(new) == 10
    assert with_password(office)[0].post("/sign-in/code/", {"code": old[1]}).status_code == 200
    assert with_password(office)[0].post("/sign-in/code/", {"code": new[1]}).status_code == 302


def test_somebody_else_s_session_and_key_do_not_help(county: Unit, office: User) -> None:
    other = give_second_factor(make_member(county, Role.COUNTY_OFFICE))
    give_second_factor(office)
    client, _ = with_password(office)
    assert client.post("/sign-in/code/", {"code": code_of(other.secret)}).status_code == 200
    session = client.session
    session["otp_device_id"] = other.persistent_id
    session.save()
    assert client.get("/units/").status_code == 302


def test_others_may_switch_it_on_and_off_which_ends_the_tokens_made_with_it(county: Unit) -> None:
    later = timezone.now() + datetime.timedelta(days=1)
    secretary = make_member(make_unit(county))
    client, _ = with_password(secretary)
    assert "启用双因素验证" in client.get("/account/").content.decode()
    secret, _ = set_up(client)
    assert "备用码还剩 10 个" in client.get("/account/").content.decode()
    again, _ = with_password(secretary)
    assert again.get("/units/").status_code == 302
    assert WRONG in client.post("/account/second-factor/off/", {"code": "000000"}).content.decode()
    tokens = [
        ApiToken.objects.create(user=secretary, name=word, digest=word.encode(), expires_at=later, is_verified=verified)
        for word, verified in (("verified", True), ("plain", False))
    ]
    assert client.post("/account/second-factor/off/", {"code": code_of(secret, steps=1)}).status_code == 302
    assert list(ApiToken.objects.filter(revoked_at=None)) == tokens[1:]
    assert with_password(secretary)[0].get("/units/").status_code == 200


def test_who_needs_it_does_not_switch_it_off(office: User) -> None:
    client, _ = with_password(office)
    secret, _ = set_up(client)
    assert "停用" not in client.get("/account/").content.decode()
    answer = client.post("/account/second-factor/off/", {"code": code_of(secret, steps=1)})
    assert "不能停用" in answer.content.decode()
    assert SecondFactor.objects.filter(confirmed=True).exists()


def test_a_role_that_needs_it_is_asked_in_a_session_that_runs(county: Unit) -> None:
    user = make_user()
    client, _ = with_password(user)
    assert client.get("/more/").status_code == 200
    user.memberships.create(unit=county, role=Role.AUDITOR)
    assert client.get("/more/").headers["Location"].startswith("/account/second-factor/")


# --- First password ---------------------------------------------------------------------------------------------------


@pytest.fixture
def newcomer(county: Unit) -> tuple[User, str]:
    keeper = make_member(county, Role.SYSTEM_ADMIN)
    issued = create_account(
        by=keeper, username="luoxiuqiong", name="罗秀琼", unit=make_unit(county), role=Role.SECRETARY
    )
    return issued.account, issued.password


def test_the_first_password_must_be_changed_before_anything_else(newcomer: tuple[User, str]) -> None:
    user, password = newcomer
    client, _ = with_password(user, password)
    for url in ("/units/", "/account/", "/more/", "/account/second-factor/", "/account/tokens/new/"):
        assert client.get(url).headers["Location"] == f"/sign-in/password/?next={url}"
    assert client.get("/api/v1/units/").status_code == 403
    page = client.get("/sign-in/password/")
    assert page.status_code == 200
    answer = client.post("/sign-in/password/", {"new_password1": NEW, "new_password2": NEW, "next": "/units/"})
    assert answer.headers["Location"] == "/units/"
    assert client.get("/units/").status_code == 200
    assert client.get("/sign-in/password/").status_code == 302
    assert with_password(user, password)[1].status_code == 200
    assert with_password(user, NEW)[1].status_code == 302


def test_signing_out_is_always_possible(newcomer: tuple[User, str]) -> None:
    client, _ = with_password(*newcomer)
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"


def test_the_password_that_was_given_is_not_kept(newcomer: tuple[User, str]) -> None:
    user, password = newcomer
    client, _ = with_password(user, password)
    answer = client.post("/sign-in/password/", {"new_password1": password, "new_password2": password})
    assert "不能和最近 5 次用过的密码相同" in answer.content.decode()
    assert client.get("/units/").status_code == 302


def test_without_the_phone_a_given_password_is_not_replaced(office: User) -> None:
    give_second_factor(office)
    User.objects.filter(pk=office.pk).update(must_change_password=True)
    client, _ = with_password(office)
    answer = client.post("/sign-in/password/", {"new_password1": NEW, "new_password2": NEW})
    assert answer.headers["Location"].startswith("/sign-in/code/")
    office.refresh_from_db()
    assert office.check_password(PASSWORD)


def test_the_second_factor_is_set_up_after_the_first_password(office: User) -> None:
    User.objects.filter(pk=office.pk).update(must_change_password=True)
    client, _ = with_password(office)
    assert client.get("/account/second-factor/").headers["Location"].startswith("/sign-in/password/")
    client.post("/sign-in/password/", {"new_password1": NEW, "new_password2": NEW})
    assert client.get("/units/").headers["Location"].startswith("/account/second-factor/")


# --- Guessing ---------------------------------------------------------------------------------------------------------


def test_guesses_of_the_old_password_lock_as_those_of_the_sign_in_page(county: Unit) -> None:
    user = make_member(make_unit(county))
    client, _ = with_password(user)
    guess = {"old_password": "Guess-me-1", "new_password1": NEW, "new_password2": NEW}
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert client.post("/account/", guess).status_code == 200
    locked = client.post("/account/", guess)
    assert locked.status_code == 429
    assert "密码连续输错 5 次" in locked.content.decode()
    assert client.get("/account/").status_code == 302
    assert with_password(user)[1].status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_no_password_is_left_in_the_record_of_attempts(county: Unit) -> None:
    user = make_member(make_unit(county))
    client, _ = with_password(user, "Guess-me-1")
    client, _ = with_password(user)
    client.post("/account/", {"old_password": "Guess-me-2", "new_password1": NEW, "new_password2": NEW})
    attempt = AccessAttempt.objects.get()
    for secret in ("Guess-me", NEW, "csrfmiddlewaretoken=" + "x"):
        assert secret not in attempt.post_data
    assert "old_password" in attempt.post_data


def test_a_name_that_is_not_there_costs_as_much_as_a_wrong_password(
    county: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same way through the code: one hash for whoever was named, and the same answer."""
    make_user("known")
    make_user("closed", is_active=False)
    hashes: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashes.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    counts, answers = [], []
    for name in ("known", "closed", "unknown"):
        hashes.clear()
        response = Client().post("/sign-in/", {"username": name, "password": "Guess-me-1"})
        counts.append(len(hashes))
        answers.append((response.status_code, response.content.decode().replace(name, "").partition("csrf")[0]))
    assert counts == [1, 1, 1]
    assert answers[0] == answers[1] == answers[2]


# --- next -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_step_of_signing_in_leads_to_another_site(county: Unit, elsewhere: str) -> None:
    secretary, office = make_member(make_unit(county)), make_member(county, Role.COUNTY_OFFICE)
    assert with_password(secretary, next=elsewhere)[1].headers["Location"] == "/"
    client, _ = with_password(secretary)
    assert client.post("/large-type/", {"large": "1", "next": elsewhere}).headers["Location"] == "/"
    assert client.post("/sign-in/code/", {"next": elsewhere}).headers["Location"] == "/"
    assert client.get("/sign-in/password/", {"next": elsewhere}).headers["Location"] == "/"

    client, _ = with_password(office)
    page = client.get("/account/second-factor/", {"next": elsewhere})
    done = client.post("/account/second-factor/", {"code": code_of(shown_secret(page)), "next": elsewhere})
    for html in (page.content.decode(), done.content.decode()):
        assert "example.org" not in html
        assert "javascript" not in html
    assert done.context["onward"] == "/"
    client, _ = with_password(office)
    factor = SecondFactor.objects.get(user=office)
    answer = client.post("/sign-in/code/", {"code": code_of(factor.secret, steps=1), "next": elsewhere})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_forged_referer_leads_nowhere_else(county: Unit, elsewhere: str) -> None:
    response = Client().post("/activities/record/", {}, headers={"referer": elsewhere})
    assert response.headers["Location"] == "/sign-in/?next=/activities/record/"


# --- The end of a session ---------------------------------------------------------------------------------------------


@pytest.fixture
def secretary(county: Unit) -> User:
    return make_member(make_unit(county))


def session_ended(client: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))


def test_after_the_end_of_a_session_the_form_comes_back_with_what_was_typed(secretary: User) -> None:
    """The draft was saved within five seconds, and its key stands in the address of the form."""
    client, _ = with_password(secretary)
    key = "7e2c1c0e-5b5f-4b5e-9d0e-2f6f0c9a1111"
    client.post("/activities/drafts/save/", {"key": key, "name": "写了一半的活动"})
    assert ActivityDraft.objects.filter(key=key).exists()
    session_ended(client)
    form = f"http://testserver/activities/record/?draft={key}"
    sent = client.post(
        "/activities/record/", {"key": key, "name": "写了一半的活动", "step": "submit"}, headers={"referer": form}
    )
    assert sent.headers["Location"].startswith("/sign-in/?next=/activities/record/%3Fdraft")
    page = client.get(sent.headers["Location"])
    assert "登录已过期，刚才提交的内容没有收到" in page.content.decode()
    wanted = re.search(r'name="next" value="([^"]+)"', page.content.decode())
    assert wanted
    signed_in = client.post(
        "/sign-in/", {"username": secretary.username, "password": PASSWORD, "next": wanted[1]}, follow=True
    )
    assert signed_in.redirect_chain == [(f"/activities/record/?draft={key}", 302)]
    assert "写了一半的活动" in signed_in.content.decode()


def test_what_was_sent_to_a_button_s_address_leads_back_to_its_page(secretary: User) -> None:
    client, _ = with_password(secretary)
    session_ended(client)
    sent = client.post("/fund/grants/1/pay/", headers={"referer": "http://testserver/fund/grants/1/"})
    assert sent.headers["Location"] == "/sign-in/?next=/fund/grants/1/"


def test_a_page_that_is_only_read_says_nothing_of_loss(secretary: User) -> None:
    client, _ = with_password(secretary)
    session_ended(client)
    page = client.get("/units/", follow=True)
    assert "没有收到" not in page.content.decode()


def test_reloading_the_form_of_a_submitted_activity_opens_the_activity(county: Unit, secretary: User) -> None:
    from tests.factories import make_activity

    key = "7e2c1c0e-5b5f-4b5e-9d0e-2f6f0c9a2222"
    activity = make_activity(secretary.memberships.get().unit, recorded_by=secretary, entry_key=key)
    client, _ = with_password(secretary)
    response = client.get(f"/activities/record/?draft={key}")
    assert response.headers["Location"] == f"/activities/{activity.pk}/"
