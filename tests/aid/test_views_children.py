import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from aid.enums import ChildCategory, PersonalField, SchoolStage
from aid.models import Child, Consent
from guanai.models import ViewLog
from orgs.enums import Role
from tests.aid.access import AS_IT_SHOULD, counts_at_two_sizes, statuses
from tests.aid.factories import World, signed_in
from tests.factories import (
    make_child,
    make_fund_account,
    make_id_number,
    make_member,
    make_paid_grant,
    make_pairing,
    make_unit,
    make_visit,
    make_volunteer,
    seen,
)

LIST = "/children/"
BORN = datetime.date(2015, 6, 1)


def registration(world: World, **entry: Any) -> dict[str, Any]:
    return {
        "guardian": "王秀英",
        "guardian_relation": "祖母",
        "guardian_phone": "13912345678",
        "consent_way": "paper",
        "signed_on": "2026-02-18",
        "unit": world.village.pk,
        "name": "李小梅",
        "id_number": make_id_number(BORN, 124),
        "stage": SchoolStage.PRIMARY,
        "school": "亭子镇中心小学",
        "address": "清河村二组",
        "needs": "周末作业辅导",
        "registered_on": "2026-02-18",
        **entry,
    }


def numbers_in(world: World, **query: str) -> set[str]:
    """The numbers of the children on the secretary's list with a filter."""
    listing = signed_in(world.secretary).get(LIST, query).context["listing"]
    return {child.number for child in listing.page}


# List


def test_the_list_shows_the_children_of_the_branch_masked_and_by_number(world: World) -> None:
    second = make_child(world.village, number="510824103201-C2026-0002")
    first = make_child(world.township, number="510824103000-C2026-0001", name="李小梅")
    make_child(world.elsewhere)

    page = signed_in(world.secretary).get(LIST)

    assert [child.number for child in page.context["listing"].page] == [first.number, second.number]
    assert "李*梅" in page.content.decode()
    assert "李小梅" not in page.content.decode()


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEADER, Role.REVIEWER, Role.AUDITOR, Role.SYSTEM_ADMIN])
@pytest.mark.parametrize("path", [LIST, "/pairings/", "/visits/", "/children/export/", "/pairings/export/"])
def test_who_does_not_work_with_children_sees_no_list(world: World, role: str, path: str) -> None:
    assert signed_in(make_member(world.county, role)).get(path).status_code == 403


def test_the_list_is_filtered(world: World) -> None:
    today = timezone.localdate()
    teen = make_child(world.township, stage=SchoolStage.MIDDLE, birth_date=today.replace(year=today.year - 15, day=1))
    small = make_child(world.village, stage=SchoolStage.PRIMARY)
    closed = make_child(world.village, closed_on=datetime.date(2026, 1, 1), close_reason="迁出")
    make_pairing(small)
    make_pairing(teen, ends_on=datetime.date(2025, 6, 1), end_reason="迁出")

    assert numbers_in(world, unit=world.village.code) == {small.number, closed.number}
    assert numbers_in(world, stage=SchoolStage.MIDDLE) == {teen.number}
    assert numbers_in(world, state="paired") == {small.number}
    assert numbers_in(world, state="unpaired") == {teen.number}
    assert numbers_in(world, state="closed") == {closed.number}
    assert numbers_in(world, age="from_14") == {teen.number}
    assert numbers_in(world, age="under_14") == {small.number, closed.number}
    assert numbers_in(world, number=small.number[-5:]) == {small.number}
    assert numbers_in(world, unit=world.elsewhere.code) == set()


def test_the_list_asks_the_same_number_of_queries_for_any_number_of_children(world: World) -> None:
    def add() -> None:
        child = make_child(make_unit(world.township))
        make_visit(make_pairing(child))

    one, three = counts_at_two_sizes(world.secretary, LIST, add)

    assert one == three


def test_a_full_page_of_the_county_stays_small(world: World) -> None:
    for _ in range(51):
        make_visit(make_pairing(make_child(world.village)))

    page = signed_in(world.colleague).get(LIST)

    assert len(page.context["listing"].page) == 50
    assert len(page.content) <= 60 * 1024


# Record


def test_the_record_shows_what_was_done_and_nothing_personal(world: World) -> None:
    child = make_child(world.village, needs="周末作业辅导")
    helper = make_volunteer(world.village, name="向桂英")
    pairing = make_pairing(child, helper, starts_on=datetime.date(2026, 3, 5))
    make_visit(pairing, held_on=datetime.date(2026, 9, 12), content="辅导数学", problem="已请镇心理辅导站联系")
    make_paid_grant(child, make_fund_account(world.county))

    page = signed_in(world.secretary).get(reverse("aid:child_detail", args=[child.pk]))
    text = page.content.decode()

    for shown in (
        "农村留守儿童 · 由苍溪县民政局认定",
        "周末作业辅导",
        "第 1 次走访",
        "辅导数学",
        "已请镇心理辅导站联系",
    ):
        assert shown in text
    for shown in ("开始结对：向桂英", "金秋助学 1,000.00 元", "祖父张*富，书面同意", child.masked_id):
        assert shown in text
    for field in PersonalField.values:
        assert getattr(child, field) not in text
    assert "no-store" in page["Cache-Control"]


def test_a_stranger_does_not_learn_that_the_child_exists(world: World) -> None:
    child = make_child(world.village)
    client = signed_in(world.stranger)

    for name in ("child_detail", "child_looks"):
        assert client.get(reverse(f"aid:{name}", args=[child.pk])).status_code == 404
    assert client.get(reverse("aid:child_detail", args=[child.pk + 1])).status_code == 404


def test_the_fund_reads_the_record_and_is_offered_nothing_to_write_or_reveal(world: World) -> None:
    child = make_child(world.village)

    text = signed_in(world.manager).get(reverse("aid:child_detail", args=[child.pk])).content.decode()

    assert child.masked_name in text
    for name in ("child_edit", "pairing_create", "child_close", "consent_create"):
        assert reverse(f"aid:{name}", args=[child.pk]) not in text
    assert "/reveal/" not in text


# Looking at a masked value


@pytest.mark.parametrize("field", PersonalField.values)
def test_a_look_shows_this_one_value_once_and_is_logged(world: World, field: str) -> None:
    child = make_child(world.village)
    client, url = signed_in(world.secretary), reverse("aid:child_reveal", args=[child.pk, field])
    others = [one for one in PersonalField.values if one != field]
    clear = str(getattr(child, field))
    # Something leakable is there.
    assert clear

    asked = client.get(url)
    assert clear not in asked.content.decode()
    assert not ViewLog.objects.exists()

    shown = client.post(url, {"reason": "联系走访"})

    assert clear in shown.content.decode()
    assert ("tel:" in shown.content.decode()) == (field == PersonalField.GUARDIAN_PHONE)
    assert not [one for one in others if str(getattr(child, one)) in shown.content.decode()]
    assert "no-store" in shown["Cache-Control"]
    look = ViewLog.objects.get()
    assert (look.user, look.record, look.record_id) == (world.secretary, "aid.child", child.pk)
    assert (look.field, look.reason, look.address) == (PersonalField(field).label, "联系走访", "127.0.0.1")

    again = client.get(reverse("aid:child_detail", args=[child.pk])).content.decode()
    assert clear not in again
    assert f"看了 {PersonalField(field).label}" in again


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"note": ""}, "请选择查看理由"),
        ({"reason": "其他"}, "选了“其他”，请写明为什么查看"),
        ({"reason": "好奇"}, "错误"),
    ],
)
def test_without_a_reason_nothing_is_shown(world: World, entry: dict[str, str], words: str) -> None:
    child = make_child(world.village)

    page = signed_in(world.secretary).post(reverse("aid:child_reveal", args=[child.pk, "name"]), entry)

    assert words in page.content.decode()
    assert child.name not in page.content.decode()
    assert not ViewLog.objects.exists()


def test_another_reason_is_logged_in_full(world: World) -> None:
    child = make_child(world.village)
    entry = {"reason": "其他", "note": "派出所协查走失儿童"}

    signed_in(world.secretary).post(reverse("aid:child_reveal", args=[child.pk, "name"]), entry)

    assert ViewLog.objects.get().reason == "其他：派出所协查走失儿童"


def test_only_who_may_looks(world: World) -> None:
    child = make_child(world.village)
    url = reverse("aid:child_reveal", args=[child.pk, "name"])

    answers = statuses(world, url, {"reason": "联系走访"}, by=world.colleague)

    assert answers == {**AS_IT_SHOULD, "allowed": 200}
    assert signed_in(world.manager).post(url, {"reason": "联系走访"}).status_code == 403
    assert [look.user for look in ViewLog.objects.all()] == [world.colleague]


@pytest.mark.parametrize("field", ["birth_date", "needs", "id_index", "unit", "pk"])
def test_no_other_field_can_be_asked_for(world: World, field: str) -> None:
    child = make_child(world.village)

    page = signed_in(world.secretary).post(reverse("aid:child_reveal", args=[child.pk, field]), {"reason": "联系走访"})

    assert page.status_code == 404


def test_what_is_not_there_cannot_be_looked_at(world: World) -> None:
    child = make_child(world.village, school="")

    page = signed_in(world.secretary).get(reverse("aid:child_reveal", args=[child.pk, "school"]))

    assert page.status_code == 404


def test_all_looks_stand_on_a_page_of_their_own(world: World) -> None:
    child = make_child(world.village)
    client = signed_in(world.secretary)
    for field in ("name", "school", "address", "guardian", "guardian_phone", "id_number"):
        client.post(reverse("aid:child_reveal", args=[child.pk, field]), {"reason": "核对登记"})

    record = client.get(reverse("aid:child_detail", args=[child.pk])).content.decode()
    looks = client.get(reverse("aid:child_looks", args=[child.pk])).context["listing"]

    assert record.count("看了") == 5
    assert reverse("aid:child_looks", args=[child.pk]) in record
    assert looks.total == 6


# Registration and change


def test_a_child_is_registered_with_consent(world: World) -> None:
    page = signed_in(world.secretary).post(reverse("aid:child_create"), registration(world))

    child = Child.objects.get()
    assert page["Location"] == reverse("aid:child_detail", args=[child.pk])
    assert (child.unit, child.name, child.guardian) == (world.village, "李小梅", "王秀英")
    consent = Consent.objects.get(child=child)
    assert (consent.given_by, consent.relation, consent.way) == ("王秀英", "祖母", "paper")
    assert consent.signed_on == datetime.date(2026, 2, 18)


@pytest.mark.parametrize("field", ["guardian", "guardian_relation", "consent_way", "signed_on"])
def test_without_consent_nothing_is_registered_and_the_entry_stays(world: World, field: str) -> None:
    page = signed_in(world.secretary).post(reverse("aid:child_create"), registration(world, **{field: ""}))

    assert page.context["form"].errors.keys() == {field}
    assert 'value="亭子镇中心小学"' in page.content.decode()
    assert "<title>错误：" in page.content.decode()
    assert not Child.objects.exists()


@pytest.mark.parametrize(
    ("entry", "fields"),
    [
        ({"id_number": "510824201506011249"}, {"id_number"}),
        ({"id_number": ""}, {"id_number"}),
        ({"id_number": "", "no_id_reason": "户口正在办理"}, {"birth_date", "sex"}),
        ({"birth_date": "2015-06-02"}, {"birth_date"}),
        ({"guardian_phone": "12345"}, {"guardian_phone"}),
        ({"registered_on": "2026-02-17"}, {"signed_on"}),
        ({"name": ""}, {"name"}),
    ],
)
def test_a_wrong_entry_is_said_at_its_field(world: World, entry: dict[str, str], fields: set[str]) -> None:
    page = signed_in(world.secretary).post(reverse("aid:child_create"), registration(world, **entry))

    assert page.context["form"].errors.keys() == fields
    assert not Child.objects.exists()


def test_a_child_without_document_is_registered_with_the_reason(world: World) -> None:
    entry = {"id_number": "", "no_id_reason": "户口正在办理", "birth_date": "2015-06-01", "sex": "female"}

    signed_in(world.secretary).post(reverse("aid:child_create"), registration(world, **entry))

    child = Child.objects.get()
    assert (child.no_id_reason, child.birth_date, child.sex) == ("户口正在办理", BORN, "female")
    assert "没有（户口正在办理）" in signed_in(world.secretary).get(f"/children/{child.pk}/").content.decode()


def test_nobody_is_registered_in_another_branch(world: World) -> None:
    page = signed_in(world.secretary).post(reverse("aid:child_create"), registration(world, unit=world.elsewhere.pk))

    assert page.context["form"].errors.keys() == {"unit"}
    assert not Child.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.FUND_MANAGER, Role.LEADER])
def test_registration_is_closed_to_others(world: World, role: str) -> None:
    client = signed_in(make_member(world.township, role))

    assert client.get(reverse("aid:child_create")).status_code == 403
    assert client.post(reverse("aid:child_create"), registration(world)).status_code == 403
    assert signed_in(world.secretary).put(reverse("aid:child_create")).status_code == 405


def test_the_form_of_change_shows_nothing_stored_in_clear_and_keeps_what_stays_empty(world: World) -> None:
    child = make_child(world.village, stage=SchoolStage.PRIMARY)
    url = reverse("aid:child_edit", args=[child.pk])
    text = signed_in(world.secretary).get(url).content.decode()
    assert not [field for field in PersonalField.values if getattr(child, field) in text]

    page = signed_in(world.secretary).post(
        url,
        {
            "unit": world.township.pk,
            "stage": SchoolStage.MIDDLE,
            "guardian_relation": "祖母",
            "needs": "心理辅导",
            "school": "亭子镇初级中学",
            **seen(child),
        },
    )

    assert page.status_code == 302
    changed = Child.objects.get(pk=child.pk)
    assert (changed.unit, changed.stage, changed.school) == (world.township, SchoolStage.MIDDLE, "亭子镇初级中学")
    assert (changed.name, changed.id_number, changed.guardian) == (child.name, child.id_number, child.guardian)
    assert (changed.birth_date, changed.number) == (child.birth_date, child.number)


def test_the_second_of_two_writers_is_told(world: World) -> None:
    child = make_child(world.village)
    url = reverse("aid:child_edit", args=[child.pk])
    entry = {"unit": child.unit.pk, "stage": child.stage, "guardian_relation": "祖父", **seen(child)}
    signed_in(world.colleague).post(url, {**entry, "needs": "学业辅导"})

    told = signed_in(world.secretary).post(url, {**entry, "needs": "心理辅导"}).content.decode()

    assert f"被 {world.colleague.name} 于" in told
    assert "心理辅导" in told
    child.refresh_from_db()
    assert child.needs == "学业辅导"


def test_a_changed_identity_number_corrects_birth_date_and_sex(world: World) -> None:
    child = make_child(world.village)
    entry = {"unit": child.unit.pk, "stage": child.stage, "guardian_relation": "祖父", **seen(child)}
    number = make_id_number(datetime.date(2012, 1, 2), 122)

    signed_in(world.secretary).post(reverse("aid:child_edit", args=[child.pk]), {**entry, "id_number": number})

    changed = Child.objects.get(pk=child.pk)
    assert (changed.birth_date, changed.sex) == (datetime.date(2012, 1, 2), "female")


EDIT = {"stage": "middle", "guardian_relation": "祖母"}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("child_edit", EDIT),
        ("child_close", {"closed_on": "2026-06-01", "reason": "随父母迁出"}),
        ("consent_create", {"given_by": "王秀英", "relation": "祖母", "way": "paper", "signed_on": "2026-06-01"}),
        (
            "certification_create",
            {"category": ChildCategory.ORPHAN, "source": "苍溪县民政局", "certified_on": "2026-06-01"},
        ),
    ],
)
def test_who_may_write_a_record(world: World, name: str, entry: dict[str, str]) -> None:
    child = make_child(world.village)

    sent = {"unit": child.unit.pk, **seen(child), **entry}
    answers = statuses(world, reverse(f"aid:{name}", args=[child.pk]), sent, by=world.colleague)

    assert answers == AS_IT_SHOULD


def test_who_may_withdraw_a_consent(world: World) -> None:
    consent = make_child(world.village).consents.get()
    url = reverse("aid:consent_withdraw", args=[consent.pk])

    answers = statuses(world, url, {"withdrawn_on": "2026-06-01"}, by=world.colleague)

    assert answers == AS_IT_SHOULD
    consent.refresh_from_db()
    assert consent.withdrawn_on == datetime.date(2026, 6, 1)
    assert "已撤回" in signed_in(world.secretary).get(f"/children/{consent.child_id}/").content.decode()


def test_a_refusal_of_a_service_stands_at_its_field(world: World) -> None:
    child = make_child(world.village)

    page = signed_in(world.secretary).post(
        reverse("aid:child_close", args=[child.pk]), {"closed_on": "2020-01-01", "reason": "随父母迁出"}
    )

    assert page.context["form"].errors.keys() == {"closed_on"}
    assert 'value="随父母迁出"' in page.content.decode()


def test_what_registering_tells_of_numbers_is_limited(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often somebody tries numbers, by registering or by editing, an hour answers a few of them."""
    monkeypatch.setattr("guanai.limits.NUMBERS_PER_HOUR", 2)
    known, mine = make_child(world.elsewhere), make_child(world.village)
    client = signed_in(world.secretary)
    forged = registration(world, id_number=known.id_number)

    assert "已经登记过" in client.post(f"{LIST}new/", forged).content.decode()
    edit = {**registration(world, id_number=known.id_number), **seen(mine)}
    assert "已经登记过" in client.post(reverse("aid:child_edit", args=[mine.pk]), edit).content.decode()
    for url in (f"{LIST}new/", reverse("aid:child_edit", args=[mine.pk])):
        page = client.post(url, edit).content.decode()
        assert "一小时内最多核对 2 个证件号" in page
        assert "已经登记过" not in page
    assert Child.objects.filter(unit=world.village).count() == 1
