"""登记表 as Word: masked for every reader; in clear for who may, with a reason, a look for each field, for a day."""

import datetime
import io
import re
from collections.abc import Iterable
from typing import Any

import docx
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanai.models import ClearFile, TrailEntry, ViewLog
from orgs.enums import Action, Role
from orgs.models import Membership, Unit
from orgs.scope import ROLE_ACTIONS
from tests.factories import (
    grant,
    make_appointment,
    make_member,
    make_speciality,
    make_team,
    make_unit,
    make_volunteer,
)
from tests.volunteers.pages import signed_in
from volunteers.models import Availability, Honour, Interest, TeamMember, Volunteer
from volunteers.register_form import SECRETS, for_register_form, register_paper, secrets_given
from volunteers.services.register_forms import forms_in_clear

pytestmark = pytest.mark.django_db
REASON = {"reason": "入库登记盖章"}
BATCH = "/volunteers/register-forms/"
DAY = datetime.date(2026, 11, 28)


@pytest.fixture
def person(township: Unit) -> Volunteer:
    village = make_unit(township, name="大营村村民委员会")
    person = make_volunteer(
        village,
        make_speciality("法治"),
        name="杜承志",
        former_name="杜小山",
        native_place="四川苍溪",
        politics="party",
        party_joined="1972-07",
        education="senior",
        work_began="1968",
        retirement="retired",
        health="good",
        former_post="县教育局副局长",
        rank="副科",
        is_core=True,
    )
    person.interests.add(Interest.objects.create(name="书法"))
    Availability.objects.create(volunteer=person, weekday=6, daypart="morning")
    make_appointment(village, person, post="member")
    make_appointment(village, person, post="adviser", ends_on=datetime.date(2024, 1, 1))
    today = datetime.date(2022, 1, 1)
    for name, dates in (
        ("亭子镇宣讲团", {"leads": True}),
        ("退出的团", {"ends_on": datetime.date(2023, 1, 1)}),
    ):
        TeamMember.objects.create(team=make_team(township, name=name), volunteer=person, starts_on=today, **dates)
    gone = make_team(township, name="撤销的团", dissolved_on=datetime.date(2024, 5, 1))
    TeamMember.objects.create(team=gone, volunteer=person, starts_on=today)
    return person


def clear_values(person: Volunteer) -> dict[str, str]:
    return {
        "id_number": person.id_number,
        "phone": person.phone,
        "address": person.address,
        "birth_date": f"{person.birth_date}",
    }


def words_of(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in paper.paragraphs), *dict.fromkeys(cells)])


def downloaded(response: Any) -> bytes:
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    return b"".join(response)


def page(person: Volunteer, way: str = "") -> str:
    return f"/volunteers/{person.pk}/register-form/{way}"


def paper_of(person: Volunteer, *, in_clear: bool) -> str:
    return words_of(
        register_paper(list(for_register_form(Volunteer.objects.filter(pk=person.pk))), in_clear=in_clear, day=DAY)
    )


def test_the_form_holds_every_field(person: Volunteer) -> None:
    words = paper_of(person, in_clear=True)
    for label in (
        *(
            "姓名",
            "曾用名",
            "性别",
            "出生日期",
            "籍贯",
            "政治面貌",
            "身份证号",
            "文化程度",
            "电话",
            "入党时间",
            "参加工作",
        ),
        *("住址", "健康状况", "五老类别", "骨干", "离退休类型", "原单位和职务", "职级", "特长", "爱好", "服务时间"),
        *("现任关工委职务", "团队", "荣誉", "入库日期", "状态", "是否离世"),
        *("本人签名", "村（社区）意见（盖章）", "乡镇关工委意见（盖章）", "年　　月　　日"),
    ):
        assert label in words.splitlines(), label
    for value in (
        *(
            "杜承志",
            "杜小山",
            "男",
            "四川苍溪",
            "中共党员",
            "高中（中专）",
            "1972-07",
            "1968",
            "良好",
            "老教师",
            "退休",
        ),
        *(
            "县教育局副局长",
            "副科",
            "法治",
            "书法",
            "周六上午",
            "大营村关工委 委员",
            "亭子镇宣讲团（领衔人）",
            "2020-01-01",
        ),
        *clear_values(person).values(),
    ):
        assert value in words.splitlines(), value
    assert "苍溪县关工委五老登记表" in words
    assert f"单位：亭子镇大营村关工委　　编号：{person.number}" in words
    for gone in ("退出的团", "撤销的团", "顾问"):
        assert gone not in words


def test_the_masked_form_gives_nothing_away(person: Volunteer) -> None:
    secrets, shown = clear_values(person), paper_of(person, in_clear=True)
    assert all(value in shown for value in secrets.values())
    words = paper_of(person, in_clear=False)
    assert [name for name, value in secrets.items() if value in words] == []
    for masked in (person.masked_id, person.masked_phone, f"\n{person.birth_year}\n", "杜承志"):
        assert masked in words


def test_somebody_without_a_document_or_gone_and_a_helper_have_their_own_words(township: Unit) -> None:
    person = make_volunteer(
        township,
        kind="other",
        id_number="",
        no_id_reason="补办中",
        phone="",
        status="deceased",
        left_on=datetime.date(2025, 5, 1),
        left_reason="病故",
    )
    words = paper_of(person, in_clear=True)
    for value in ("无证件（补办中）", "关工委志愿者登记表", "离世", "退出日期", "2025-05-01", "病故"):
        assert value in words
    assert secrets_given(person) == ["address", "birth_date"]
    resting = make_volunteer(
        township, status="resting", resting_since=datetime.date(2025, 6, 1), resting_reason="随子女外出"
    )
    assert "随子女外出" in paper_of(resting, in_clear=True)


@pytest.mark.parametrize(
    ("kind", "above", "opinions"),
    [
        ("village", "township", ("村（社区）意见", "乡镇关工委意见")),
        ("school", "township", ("所在单位意见", "乡镇关工委意见")),
        ("school", "county", ("所在单位意见", "县关工委意见")),
        ("department", "county", ("部门关工委意见", "县关工委意见")),
        ("township", "county", ("乡镇关工委意见", "县关工委意见")),
    ],
)
def test_who_says_something_on_it_follows_from_the_unit(
    township: Unit, kind: str, above: str, opinions: tuple[str, str]
) -> None:
    parent = township if above == "township" else Unit.objects.get(kind="county")
    words = paper_of(make_volunteer(make_unit(parent, kind=kind)), in_clear=False)
    boxes = [line.removesuffix("（盖章）") for line in words.splitlines() if line.endswith("（盖章）")]
    assert tuple(boxes) == opinions


def test_each_of_several_has_a_page_of_their_own(township: Unit) -> None:
    for _ in range(3):
        make_volunteer(township)
    content = register_paper(list(for_register_form(Volunteer.objects.all())), in_clear=True, day=DAY)
    paper = docx.Document(io.BytesIO(content))
    assert len(paper.tables) == 3
    titles = [each for each in paper.paragraphs if each.style is not None and each.style.name == "Title"]
    assert [bool(each.paragraph_format.page_break_before) for each in titles] == [False, True, True]
    again = register_paper(list(for_register_form(Volunteer.objects.all())), in_clear=True, day=DAY)
    assert again == content


def test_a_paper_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        register_paper([], in_clear=True, day=DAY)


def test_standing_honours_and_the_unit_once_are_on_the_form(township: Unit) -> None:
    school = make_unit(township, kind="school", name=f"{township.short_name}中心小学")
    person = make_volunteer(school)
    known = {"unit": school, "volunteer": person, "level": "county", "awarded_by": "苍溪县委"}
    Honour.objects.create(**known, name="最美五老", awarded_on=datetime.date(2024, 9, 1))
    Honour.objects.create(**known, name="登错的", awarded_on=DAY, removed_on=DAY, removed_reason="重复登记")

    paper = docx.Document(
        io.BytesIO(register_paper(list(for_register_form(Volunteer.objects.all())), in_clear=False, day=DAY))
    )
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]

    assert "2024-09-01 苍溪县委授予最美五老" in cells
    assert "登错的" not in str(cells)
    assert f"单位：{school.committee_name}" in str([line.text for line in paper.paragraphs])


def test_queries_do_not_grow(township: Unit, django_assert_num_queries: Any) -> None:
    def made(count: int) -> None:
        with django_assert_num_queries(8):
            people = list(for_register_form(Volunteer.objects.all()))
            assert len(people) == count
            register_paper(people, in_clear=True, day=DAY)

    def somebody() -> None:
        person = make_volunteer(make_unit(township), make_speciality())
        make_appointment(township, person, post="member")
        TeamMember.objects.create(team=make_team(township), volunteer=person, starts_on=datetime.date(2022, 1, 1))

    somebody()
    made(1)
    somebody()
    somebody()
    made(3)


# In the browser's pages


def test_who_gives_up_comes_back_to_the_person(person: Volunteer, township: Unit) -> None:
    asked = signed_in(township).get(page(person)).content.decode()
    assert f'<a class="btn btn-plain" href="/volunteers/{person.pk}/">取消</a>' in asked


def test_a_reader_gets_the_masked_form_and_no_other(person: Volunteer, township: Unit) -> None:
    client = signed_in(township, Role.CLERK)
    shown = client.get(page(person)).content.decode()
    assert "下载遮盖版" in shown
    assert "生成完整版" not in shown
    response: Any = client.get(page(person, "export/"))
    assert person.id_number not in words_of(downloaded(response))
    assert response.filename == f"登记表（遮盖）-{person.number}.docx"
    assert TrailEntry.objects.filter(verb="exported").count() == 1
    assert client.post(page(person, "clear/"), REASON).status_code == 403
    assert not ViewLog.objects.exists()


def test_the_form_in_clear_is_written_down_kept_encrypted_and_fetched(person: Volunteer, township: Unit) -> None:
    client = signed_in(township)
    response = client.post(page(person, "clear/"), REASON, REMOTE_ADDR="10.0.0.7")
    assert response["Location"] == f"{page(person)}#files"
    looks = ViewLog.objects.values_list("record", "record_id", "field", "reason", "address")
    reason = "导出登记表：入库登记盖章"
    assert set(looks) == {("volunteers.volunteer", person.pk, name, reason, "10.0.0.7") for name in SECRETS}
    file = ClearFile.objects.get()
    assert file.expires_at - timezone.now() <= datetime.timedelta(hours=24)

    shown = client.get(page(person)).content.decode()
    url = reverse("volunteers:register_form_file", args=[file.pk])
    assert url in shown
    fetched: Any = client.get(url)
    words = words_of(downloaded(fetched))
    assert all(value in words for value in clear_values(person).values())
    assert fetched.filename == f"登记表-{person.number}-{file.pk}.docx"
    assert "杜承志" not in fetched["Content-Disposition"]
    entry = TrailEntry.objects.latest("pk")
    assert (entry.verb, entry.detail["file"]) == ("downloaded", f"登记表-{person.number}-{file.pk}.docx")
    # The looks stand on the person's page, whoever may look.
    assert reason in client.get(f"/volunteers/{person.pk}/").content.decode()


@pytest.mark.parametrize("answer", [{}, {"reason": "随便"}, {"reason": "其他"}, {"reason": "其他", "note": " "}])
def test_without_a_reason_nothing_is_made(person: Volunteer, township: Unit, answer: dict[str, str]) -> None:
    response = signed_in(township).post(page(person, "clear/"), answer)
    assert response.status_code == 200
    assert "错误：" in response.content.decode()
    assert not ClearFile.objects.exists()
    assert not ViewLog.objects.exists()


def test_strangers_wrong_methods_and_readers_are_turned_away(person: Volunteer, township: Unit) -> None:
    stranger = signed_in(make_unit(township.parent or township))
    for way, method in (("", "get"), ("export/", "get"), ("clear/", "post")):
        assert getattr(stranger, method)(page(person, way), REASON).status_code == 404
    client = signed_in(township)
    assert client.get(page(person, "clear/")).status_code == 405
    for way in ("", "export/"):
        assert client.post(page(person, way)).status_code == 405
    assert client.put(BATCH).status_code == 405
    assert signed_in(township, Role.CLERK).get(BATCH).status_code == 403
    assert not ClearFile.objects.exists()


def made_by(client: Client, person: Volunteer) -> str:
    client.post(page(person, "clear/"), REASON)
    return reverse("volunteers:register_form_file", args=[ClearFile.objects.get().pk])


def test_a_file_is_for_who_asked_and_nobody_else(person: Volunteer, township: Unit) -> None:
    client = signed_in(township)
    url = made_by(client, person)
    downloaded(client.get(url))
    for other in (
        signed_in(township),
        signed_in(township.parent or township, Role.COUNTY_OFFICE),
    ):
        assert other.get(url).status_code == 404
        assert url not in other.get(page(person)).content.decode()
    assert signed_in(township, Role.CLERK).get(url).status_code == 403


def test_a_file_is_gone_after_a_day(person: Volunteer, township: Unit) -> None:
    client = signed_in(township)
    url = made_by(client, person)
    downloaded(client.get(url))
    ClearFile.objects.update(expires_at=timezone.now())
    assert client.get(url).status_code == 404
    assert url not in client.get(page(person)).content.decode()


def test_who_lost_the_branch_or_whose_person_moved_fetches_nothing(person: Volunteer, township: Unit) -> None:
    user = make_member(township)
    client = Client()
    client.force_login(user)
    url = made_by(client, person)
    downloaded(client.get(url))
    elsewhere = make_unit(township.parent or township)
    Volunteer.objects.filter(pk=person.pk).update(unit=elsewhere)
    assert client.get(url).status_code == 404
    Volunteer.objects.filter(pk=person.pk).update(unit=township)
    downloaded(client.get(url))
    Membership.objects.filter(user=user).update(ends_on=timezone.localdate() - datetime.timedelta(days=1))
    assert client.get(url).status_code == 403


@pytest.fixture
def several(township: Unit) -> list[Volunteer]:
    return [make_volunteer(township, kind=kind, name=f"杜{kind}") for kind in ("teacher", "teacher", "cadre")]


def said_of(people: Iterable[Volunteer]) -> dict[str, Any]:
    """What the page sends for these people, whom it names."""
    return {**REASON, "person": [person.pk for person in people]}


def test_the_forms_of_the_filtered_list_come_in_one_file(several: list[Volunteer], township: Unit) -> None:
    client = signed_in(township)
    listed = client.get("/volunteers/?kind=teacher").content.decode()
    assert f"{BATCH}?kind=teacher" in listed
    asked = client.get(f"{BATCH}?kind=teacher").content.decode()
    assert "2 人的登记表" in asked
    assert not any(one.id_number in asked for one in several)

    response = client.post(f"{BATCH}?kind=teacher", said_of(several[:2]))
    assert response["Location"] == f"{BATCH}?kind=teacher#files"
    looks = set(ViewLog.objects.values_list("record_id", "field"))
    assert looks == {(one.pk, name) for one in several[:2] for name in SECRETS}
    file = ClearFile.objects.get()
    assert (file.name, file.record_ids) == (f"登记表-2人-{file.pk}.docx", [one.pk for one in several[:2]])
    url = reverse("volunteers:register_form_file", args=[file.pk])
    assert url in client.get(f"{BATCH}?kind=teacher").content.decode()
    words = words_of(downloaded(client.get(url)))
    assert all(one.id_number in words for one in several[:2])
    assert several[2].id_number not in words


def test_the_batch_keeps_to_the_own_branch(several: list[Volunteer], township: Unit) -> None:
    stranger = make_volunteer(make_unit(township.parent or township))
    client = signed_in(township)
    client.post(BATCH, said_of(several))
    assert stranger.pk not in ClearFile.objects.get().record_ids
    assert not ViewLog.objects.filter(record_id=stranger.pk).exists()
    outside = client.post(f"{BATCH}?unit={stranger.unit.code}", said_of([stranger]))
    assert "没有符合条件的人" in outside.content.decode()
    assert ClearFile.objects.count() == 1


def test_only_those_whom_the_page_named_leave_in_clear(several: list[Volunteer], township: Unit) -> None:
    client = signed_in(township)
    asked = client.get(f"{BATCH}?kind=teacher").content.decode()
    shown = re.findall(r'name="person" value="(\d+)"', asked)
    assert shown == [str(person.pk) for person in several[:2]]
    newcomer = make_volunteer(township, kind="teacher", name="杜新来")
    refused = client.post(f"{BATCH}?kind=teacher", {**REASON, "person": shown}).content.decode()
    assert "名册刚刚有变动" in refused
    assert newcomer.name in refused
    assert not ClearFile.objects.exists()
    assert not ViewLog.objects.exists()
    again = {**REASON, "person": re.findall(r'name="person" value="(\d+)"', refused)}
    assert client.post(f"{BATCH}?kind=teacher", again).status_code == 302
    assert ClearFile.objects.get().record_ids == [*map(int, shown), newcomer.pk]


def test_a_reader_here_and_secretary_elsewhere_exports_the_people_there(township: Unit) -> None:
    village = make_unit(township)
    there, here = make_volunteer(village), make_volunteer(township)
    user = make_member(township, Role.CLERK)
    grant(user, village, Role.SECRETARY)
    client = Client()
    client.force_login(user)
    assert client.post(page(here, "clear/"), REASON).status_code == 403
    client.post(BATCH, said_of([there]))
    assert ClearFile.objects.get().record_ids == [there.pk]


def test_more_than_a_meeting_is_refused_and_nobody_too(
    several: list[Volunteer], township: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("volunteers.services.register_forms.MOST_FORMS", 2)
    monkeypatch.setattr("volunteers.views.register_forms.MOST_FORMS", 2)
    client = signed_in(township)
    asked = client.get(BATCH).content.decode()
    assert "一次最多导出 2 人，这里有 3 人" in asked
    assert "生成这" not in asked
    refused = client.post(BATCH, said_of(several)).content.decode()
    assert "一次最多导出 2 人" in refused
    assert "没有符合条件的人" in client.get(f"{BATCH}?kind=soldier").content.decode()
    assert "没有符合条件的人" in client.post(f"{BATCH}?kind=soldier", REASON).content.decode()
    assert not ClearFile.objects.exists()
    assert not ViewLog.objects.exists()


def test_the_service_itself_refuses_strangers(several: list[Volunteer], township: Unit) -> None:
    other = make_member(make_unit(township.parent or township))
    with pytest.raises(PermissionDenied):
        forms_in_clear(people=Volunteer.objects.all(), by=other, reason="核对")
    with pytest.raises(ValidationError):
        forms_in_clear(people=Volunteer.objects.none(), by=other, reason="核对")
    assert not ViewLog.objects.exists()


def test_who_may_export_in_clear_is_the_office_and_the_secretary_alone() -> None:
    may = {role for role, actions in ROLE_ACTIONS.items() if Action.EXPORT_ROSTER_CLEAR in actions}
    assert may == {Role.COUNTY_OFFICE, Role.SECRETARY}


def test_queries_of_the_batch_do_not_grow(township: Unit, django_assert_max_num_queries: Any) -> None:
    client = signed_in(township)

    def asked(count: int) -> int:
        with django_assert_max_num_queries(30) as shown:
            assert client.get(BATCH).context["count"] == count
        with django_assert_max_num_queries(40) as made:
            client.post(BATCH, said_of(Volunteer.objects.all()))
        assert ClearFile.objects.filter(label__startswith="登记表").latest("pk").record_ids
        return len(shown) * 100 + len(made)

    make_volunteer(township)
    few = asked(1)
    make_volunteer(township, make_speciality()), make_volunteer(make_unit(township))
    assert asked(3) == few
