"""The auditor's list: what it tells, what it hides, who sees it, and how much it asks of the database."""

import datetime
import io
import zipfile
from urllib.parse import urlencode

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanai.enums import Verb
from guanai.models import AuditSeal, RowEvent, SealCheck, TrailEntry, ViewLog
from guanai.trail import note
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.services import grant_role
from orgs.trail import Wanted, lines_of, records_called, trail_for_user
from orgs.views import trail
from tests.activities.factories import make_meeting
from tests.factories import (
    make_activity,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_unit,
    make_user,
    make_visit,
    make_volunteer,
)

pytestmark = pytest.mark.django_db
LIST = reverse("orgs:trail_list")


@pytest.fixture
def county() -> Unit:
    return make_county(name="苍溪县")


@pytest.fixture
def auditor(client: Client, county: Unit) -> User:
    user = make_member(county, Role.AUDITOR, name="审计甲")
    client.force_login(user)
    return user


def text(client: Client, **query: str) -> str:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return response.content.decode()


def found(user: User, **wanted: str | datetime.date) -> list[str]:
    return [f"{line.act} {line.object}".strip() for line in lines_of(trail_for_user(user, Wanted(**wanted)))]  # type: ignore[arg-type]


def test_who_changed_what_of_which_record_and_from_where_is_told(client: Client, auditor: User, county: Unit) -> None:
    editor, town = make_user(name="填报员乙"), make_unit(county, name="亭子镇")
    with pghistory.context(user=editor.pk, address="10.1.2.3", url="/units/"):
        town.name = "云峰镇"
        town.save()

    page = text(client)

    assert "单位 云峰镇" in page
    assert "名称 亭子镇 → 云峰镇" in page
    assert "填报员乙" in page
    assert "10.1.2.3" in page


def test_of_personal_fields_the_change_alone_is_told(client: Client, auditor: User, county: Unit) -> None:
    child = make_child(county, name="欧阳小禾", school="白桥完小学校")
    child.school = "城北完小学校"
    child.save()
    event = RowEvent.objects.filter(record="aid.child", change="update").latest("pk")

    pages = text(client) + client.get(reverse("orgs:trail_detail", args=["row", event.pk])).content.decode()

    assert child.number in pages
    assert "就读学校已修改" in pages
    assert not [word for word in ("欧阳小禾", "白桥完小", "城北完小") if word in pages]


def test_who_looked_at_what_and_why_is_told(client: Client, auditor: User, county: Unit) -> None:
    child = make_child(county)
    ViewLog.objects.create(
        user=make_user(name="看的人"), record="aid.child", record_id=child.pk, field="监护人电话", reason="联系走访"
    )

    page = text(client, action="look")

    assert "看的人" in page
    assert f"儿童 {child.number}" in page
    assert "监护人电话；理由：联系走访" in page


def test_sign_ins_roles_and_exports_have_an_action_of_their_own(auditor: User, county: Unit) -> None:
    user = make_user()
    grant_role(user=user, unit=county, role=Role.SECRETARY)
    note(Verb.SIGN_IN, actor=user)
    note(Verb.EXPORTED, actor=user, file="儿童.xlsx")

    assert "登录" in found(auditor, action="sign_ins")
    assert found(auditor, action="exported") == ["导出"]
    assert all("任职角色" in line for line in found(auditor, action="roles"))
    assert len(found(auditor, action="roles")) == 2
    assert all("账号" in line for line in found(auditor, action="accounts"))


def test_filters_narrow_by_person_record_and_day(auditor: User, county: Unit) -> None:
    editor = make_user(username="bianji", name="编辑")
    with pghistory.context(user=editor.pk):
        activity = make_activity(county)
    yesterday = timezone.now() - datetime.timedelta(days=1)
    TrailEntry.objects.create(verb=Verb.SIGN_IN, actor=editor, at=yesterday)
    today = timezone.localdate()

    assert set(found(auditor, person="bianji")) == set(found(auditor, person="编辑"))
    assert any("活动" in line for line in found(auditor, person="编辑", record="activities.activity"))
    assert found(auditor, record="activities.activity", number=activity.number)
    assert found(auditor, number=activity.number)
    assert found(auditor, number="nothing is called so") == []
    assert found(auditor, person="没有这个人") == []
    assert found(auditor, person="编辑", until=today - datetime.timedelta(days=1)) == ["登录"]
    assert "登录" not in found(auditor, person="编辑", since=today)


def test_filters_narrow_by_unit_with_what_lies_under_it(client: Client, auditor: User, county: Unit) -> None:
    town, other = make_unit(county, name="亭子镇"), make_unit(county, name="云峰镇")
    village = make_unit(town, name="长江村村民委员会")
    for unit in (town, other, village):
        unit.refresh_from_db()
    here, under, there = (make_activity(unit) for unit in (town, village, other))
    visit = make_visit(make_pairing(make_child(village), make_volunteer(village)))
    note(Verb.SIGN_IN, actor=make_member(village, name="罗秀琼"))
    note(Verb.SIGN_IN, actor=make_member(other, name="外乡人"))

    lines = found(auditor, unit=town.code)

    assert {f"新增 活动 {here.number}", f"新增 活动 {under.number}", f"新增 走访 {visit}"} <= set(lines)
    assert there.number not in " ".join(lines)
    assert lines.count("登录") == 1
    assert found(auditor, unit="510000") == []
    page = text(client, unit=town.code)
    assert "罗秀琼" in page
    assert "外乡人" not in page


def test_a_unit_outside_the_own_branch_cannot_be_chosen(client: Client, county: Unit) -> None:
    town, other = make_unit(county), make_unit(county)
    for unit in (town, other):
        unit.refresh_from_db()
    client.force_login(make_member(town, Role.AUDITOR))

    assert "field-error" in text(client, unit=other.code)


def test_words_find_names_of_records_old_values_files_and_reasons(auditor: User, county: Unit) -> None:
    town = make_unit(county, name="亭子镇")
    town.name = "百利镇"
    town.save()
    meeting = make_meeting(county, name="半年工作会")
    meeting.place = "礼堂"
    meeting.save()
    note(Verb.EXPORTED, actor=auditor, file="五老名册.xlsx")
    ViewLog.objects.create(user=auditor, record="aid.child", record_id=1, field="姓名", reason="联系走访")

    assert "修改 单位 百利镇" in found(auditor, words="亭子")
    assert "修改 单位 百利镇" in found(auditor, words="百利")
    assert f"修改 会议与培训 {meeting}" in found(auditor, words="半年工作")
    assert found(auditor, words="五老名册") == ["导出"]
    assert found(auditor, words="联系走访") == ["查看 儿童 #1"]
    assert found(auditor, words="没有这些字") == []
    assert found(auditor, words="%") == []


def test_a_child_s_name_finds_nothing(auditor: User, county: Unit) -> None:
    child = make_child(county, name="欧阳小禾", guardian="欧阳承志")

    assert found(auditor, words=child.number)
    assert found(auditor, words="小禾") == []
    assert found(auditor, words="承志") == []


def test_records_are_found_by_number_code_or_user_name(county: Unit) -> None:
    volunteer = make_volunteer(county)

    assert records_called("", county.code) == [("orgs.unit", county.pk)]
    assert records_called("", volunteer.number) == [("volunteers.volunteer", volunteer.pk)]
    assert records_called("volunteers.volunteer", str(volunteer.pk)) == [("volunteers.volunteer", volunteer.pk)]
    assert records_called("orgs.unit", volunteer.number) == []
    assert records_called("aid.visit", "9" * 30) == []


@pytest.mark.parametrize(
    "query", [{"since": "2026-02-02", "until": "2026-01-01"}, {"since": "x"}, {"action": "forged"}]
)
def test_a_wrong_filter_finds_nothing_and_says_why(client: Client, auditor: User, query: dict[str, str]) -> None:
    page = text(client, **query)

    assert "field-error" in page
    assert "条件有误，请改一下" in page


def test_another_county_s_trail_is_not_seen(client: Client, county: Unit) -> None:
    """One server holds many counties; and what is seen of nobody's is for who sees everything."""
    other = make_county(code="510821", name="旺苍县")
    there, here = make_member(other, name="外县人"), make_member(county, name="本县人")
    auditor = make_member(county, Role.AUDITOR)
    note(Verb.SIGN_IN, actor=there)
    note(Verb.SIGN_IN, actor=here)
    note(Verb.SIGN_IN_FAILED)
    ViewLog.objects.create(user=there, record="aid.child", record_id=1, field="姓名", reason="走访")
    client.force_login(auditor)

    page = text(client)
    lines = lines_of(trail_for_user(auditor, Wanted()))

    assert "本县人" in page
    assert "外县人" not in page
    assert "旺苍县" not in page
    assert "登录失败" not in {line.act for line in lines}
    event = RowEvent.objects.filter(unit_id=other.pk).latest("pk")
    theirs = TrailEntry.objects.get(actor=there)
    for stream, pk in (("row", event.pk), ("look", ViewLog.objects.get().pk), ("entry", theirs.pk)):
        assert client.get(reverse("orgs:trail_detail", args=[stream, pk])).status_code == 404


def test_a_stream_that_is_none_is_not_found(client: Client, auditor: User) -> None:
    assert client.get(reverse("orgs:trail_detail", args=["ledger", 1])).status_code == 404
    assert client.get(reverse("orgs:trail_detail", args=["row", 0])).status_code == 404


def test_the_detail_tells_old_and_new_and_what_else_the_operation_did(
    client: Client, auditor: User, county: Unit
) -> None:
    activity, speaker = make_activity(county, name="旧名"), make_volunteer(county)
    with pghistory.context(user=auditor.pk, url="/activities/"):
        activity.name = "新名"
        activity.save()
        activity.speakers.add(speaker)
    event = RowEvent.objects.filter(record="activities.activity", changes__has_key="name").latest("pk")

    page = client.get(reverse("orgs:trail_detail", args=["row", event.pk])).content.decode()

    assert "<td>旧名</td><td>新名</td>" in page
    assert "同一次操作" in page
    linked = RowEvent.objects.latest("pk")
    page = client.get(reverse("orgs:trail_detail", args=["row", linked.pk])).content.decode()
    assert speaker.number in page


@pytest.mark.parametrize("stream", ["entry", "look"])
def test_every_kind_of_entry_has_a_page(client: Client, auditor: User, county: Unit, stream: str) -> None:
    child = make_child(county)
    look = ViewLog.objects.create(user=auditor, record="aid.child", record_id=child.pk, field="姓名", reason="走访")
    entry = note(Verb.EXPORTED, actor=auditor, file="儿童.xlsx", route="aid/children/export/", method="GET")
    pk, word = {"look": (look.pk, "走访"), "entry": (entry.pk, "儿童.xlsx")}[stream]

    assert word in client.get(reverse("orgs:trail_detail", args=[stream, pk])).content.decode()


def test_an_event_of_a_record_or_model_that_is_gone_is_still_told(client: Client, auditor: User, county: Unit) -> None:
    RowEvent.objects.create(
        change="update", record="gone.model", record_id=7, changes={"x": [1, None]}, personal=["y"], unit_id=county.pk
    )
    event = RowEvent.objects.latest("pk")

    assert "gone.model #7" in text(client)
    assert client.get(reverse("orgs:trail_detail", args=["row", event.pk])).status_code == 200


def test_the_export_holds_the_filter_and_is_itself_in_the_trail(client: Client, auditor: User, county: Unit) -> None:
    query = {"action": "sign_ins", "unit": county.code, "words": "登录"}
    note(Verb.SIGN_IN, actor=make_member(county, name="登录的人"), reason="登录")
    note(Verb.SIGN_IN, actor=make_user(name="无单位的人"), reason="登录")

    response = client.get(reverse("orgs:trail_export"), query)
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))

    assert "登录的人" in sheet
    assert "新增" not in sheet
    assert "无单位的人" not in sheet
    entry = TrailEntry.objects.latest("pk")
    assert (entry.verb, entry.actor, entry.detail["filter"]) == ("exported", auditor, query | {"words": "…"})


def test_too_much_at_once_is_not_exported_and_the_filter_is_kept(
    client: Client, auditor: User, county: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "MOST_ROWS", 1)
    _some(county, 1)

    response = client.get(reverse("orgs:trail_export"), {"record": "orgs.user"}, follow=True)

    assert response.redirect_chain == [(f"{LIST}?record=orgs.user", 302)]
    assert "一次最多导出 1 条" in response.content.decode()
    assert not TrailEntry.objects.filter(verb=Verb.EXPORTED, detail__has_key="route").exists()


def test_the_state_of_the_seals_stands_on_top(client: Client, auditor: User) -> None:
    assert "还没有封存，还没有核对过" in text(client)
    AuditSeal.objects.create(stream="row", number=1, starts=0, ends=1, rows=0, made_at="2026-03-04T01:02:00Z")
    SealCheck.objects.create(in_order=True)
    assert "已封存至 2026-03-04 09:02" in text(client)
    assert "无误" in text(client)
    SealCheck.objects.create(in_order=False, finding="有记录被改动")
    assert "有记录被改动" in text(client)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_other_roles_are_refused(client: Client, county: Unit, role: str) -> None:
    client.force_login(make_member(county, role))

    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("name", ["orgs:trail_list", "orgs:trail_export"])
def test_nothing_is_written_here(client: Client, auditor: User, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405


def _some(county: Unit, count: int) -> None:
    for _ in range(count):
        child = make_child(county)
        ViewLog.objects.create(user=make_user(), record="aid.child", record_id=child.pk, field="姓名", reason="走访")
        note(Verb.EXPORTED, actor=make_user(), file="x.xlsx")


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    client: Client, auditor: User, county: Unit
) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    _some(county, 1)
    one = queries(LIST)
    _some(county, 3)

    assert queries(LIST) == one
    assert one <= 25
    by_all = {"unit": county.code, "words": "0824", "person": "审计甲", "record": "aid.child", "since": "2020-01-01"}
    filtered = f"{LIST}?{urlencode(by_all)}"
    some = queries(filtered)
    _some(county, 2)
    assert queries(filtered) == some
    assert some <= 27
