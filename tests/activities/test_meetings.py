"""Meetings with their follow-ups, and the evidence of 五纳入五统一."""

import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from activities.enums import InclusionKind
from activities.inclusions import inclusion_year
from activities.models import FollowUp, Inclusion, Meeting
from activities.services import (
    FollowUpEntry,
    InclusionEntry,
    MeetingEntry,
    close_follow_up,
    save_inclusion,
    save_meeting,
)
from guanai.cells import CellState
from guanai.edits import NEVER
from guanai.models import Attachment
from orgs.models import Unit
from tests.activities.factories import World, make_meeting, signed_in
from tests.factories import make_unit, seen

YEAR = timezone.localdate().year
TODAY = timezone.localdate()
PDF = b"%PDF-1.7 minutes"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def typed_meeting(world: World, **changes: Any) -> dict[str, Any]:
    values = {
        "unit": world.township.code,
        "kind": "hearing",
        "name": "党委听取关工委汇报",
        "held_on": "2025-09-30",
        "attendance": "9",
        "decisions": "安排国庆主题教育",
        "follow-TOTAL_FORMS": "2",
        "follow-INITIAL_FORMS": "0",
    }
    return {**values, **changes}


def body(response: Any) -> str:
    return str(response.content.decode())


def asked(number: int = 0, **changes: Any) -> dict[str, str]:
    values = {"text": "配齐村关工委工作人员", "owner": "张副书记", "due_on": "2025-12-20"} | changes
    return {f"follow-{number}-{name}": value for name, value in values.items()}


def make_follow_up(meeting: Meeting, **fields: Any) -> FollowUp:
    defaults = {"text": "配齐工作人员", "owner": "张副书记", "due_on": TODAY + datetime.timedelta(days=3)}
    return FollowUp.objects.create(meeting=meeting, **{**defaults, **fields})


def test_a_meeting_is_recorded_and_listed(world: World) -> None:
    response = signed_in(world.secretary).post("/meetings/record/", typed_meeting(world), follow=True)
    assert "已保存党委听取汇报《党委听取关工委汇报》。" in body(response)
    assert Meeting.objects.get().unit == world.township
    assert "党委听取关工委汇报" in body(signed_in(world.reader).get("/meetings/"))
    assert "党委听取关工委汇报" not in body(signed_in(world.stranger).get("/meetings/"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": "510824104000"}, "只能替自己的单位"),
        ({"held_on": "2999-01-01"}, "还没有到"),
        ({"attendance": "许多"}, "请填整数"),
        ({"attendance": ""}, "请填写参加人数"),
        ({"name": ""}, "请填写名称"),
    ],
)
def test_a_wrong_meeting_is_explained(world: World, changes: dict[str, str], words: str) -> None:
    page = body(signed_in(world.secretary).post("/meetings/record/", typed_meeting(world, **changes)))
    assert words in page
    assert "安排国庆主题教育" in page
    assert not Meeting.objects.exists()


def test_who_may_change_a_meeting(world: World) -> None:
    meeting = make_meeting(world.township)
    url = reverse("activities:meeting_edit", args=[meeting.pk])
    assert signed_in(world.stranger).post(url, typed_meeting(world)).status_code == 404
    assert signed_in(world.reader).post(url, typed_meeting(world)).status_code == 403
    assert signed_in(world.reader).get("/meetings/record/").status_code == 403
    assert signed_in(world.colleague).put(url).status_code == 405
    assert signed_in(world.colleague).put("/meetings/record/").status_code == 405
    assert signed_in(world.colleague).post(url, typed_meeting(world, **seen(meeting))).status_code == 302
    meeting.refresh_from_db()
    assert meeting.kind == "hearing"


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("?year=2025", 1), ("?kind=training", 1), ("?text=%E4%BE%8B", 1), ("?unit=nowhere", 0), ("?kind=no", 0)],
)
def test_meetings_are_filtered(world: World, query: str, count: int) -> None:
    make_meeting(world.township, name="例会")
    make_meeting(world.village, name="培训班", kind="training", held_on=datetime.date(2024, 5, 1))
    response = signed_in(world.secretary).get(f"/meetings/{query}")
    assert response.context["listing"].total == count


def test_a_hearing_keeps_body_minutes_and_what_it_asked_for(world: World) -> None:
    entry = typed_meeting(
        world,
        body="亭子镇党委会",
        agenda="关工委上半年工作",
        document="亭委纪〔2025〕9号",
        scan=SimpleUploadedFile("纪要.pdf", PDF),
        **asked(),
    )
    client = signed_in(world.secretary)
    page = body(client.post("/meetings/record/", entry, follow=True))
    for words in ("亭子镇党委会", "亭委纪〔2025〕9号", "配齐村关工委工作人员", "张副书记", "过了期限"):
        assert words in page
    meeting = Meeting.objects.get()
    assert meeting.follow_ups.get().due_on == datetime.date(2025, 12, 20)
    url = reverse("activities:meeting_scan", args=[meeting.pk])
    assert b"".join(client.get(url).streaming_content) == PDF  # type: ignore[attr-defined]
    assert signed_in(world.stranger).get(url).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": ""}, "请填写责任人"),
        ({"due_on": ""}, "请填写完成期限"),
        ({"due_on": "年底"}, "请填成 2026-11-21 这样的日期"),
        ({"due_on": "2025-09-01"}, "完成期限不能早于开会日期"),
    ],
)
def test_a_wrong_follow_up_is_explained_and_nothing_stored(world: World, changes: dict[str, Any], words: str) -> None:
    page = body(signed_in(world.secretary).post("/meetings/record/", typed_meeting(world, **asked(**changes))))
    assert words in page
    assert "配齐村关工委工作人员" in page
    assert "<title>错误：" in page
    assert not Meeting.objects.exists()


def test_folded_follow_ups_open_only_for_what_lies_inside(world: World) -> None:
    client, closed = signed_in(world.secretary), "<details><summary>会后要落实的事"
    assert closed in body(client.post("/meetings/record/", typed_meeting(world, name="")))
    assert closed not in body(client.post("/meetings/record/", typed_meeting(world, name="", **asked())))
    assert closed not in body(client.post("/meetings/record/", typed_meeting(world, **asked(owner=""))))


def test_wrong_minutes_are_refused_at_the_field(world: World) -> None:
    scan = SimpleUploadedFile("纪要.pdf", b"PK\x03\x04 a zip", "application/pdf")
    page = body(signed_in(world.secretary).post("/meetings/record/", typed_meeting(world, scan=scan)))
    assert "这个文件的内容不是" in page
    assert not Meeting.objects.exists()
    assert not Attachment.objects.exists()


def test_follow_ups_are_put_right_added_and_dropped_but_never_those_of_others(world: World) -> None:
    meeting, other = make_meeting(world.township), make_meeting(world.elsewhere)
    first, second = make_follow_up(meeting), make_follow_up(meeting, text="安排经费")
    done = make_follow_up(meeting, text="办好了的", done_on=TODAY, result="办了")
    foreign = make_follow_up(other, text="别人的")
    entry = typed_meeting(world, **seen(meeting))
    entry |= {"follow-TOTAL_FORMS": "3", "follow-INITIAL_FORMS": "2"}
    entry |= asked(0, pk=str(first.pk), text="配齐两名工作人员", due_on="2026-01-31")
    entry |= asked(1, pk=str(second.pk), text="安排经费", DELETE="on")
    entry |= asked(2, text="新加一件")
    url = reverse("activities:meeting_edit", args=[meeting.pk])
    assert signed_in(world.secretary).post(url, entry).status_code == 302
    assert set(meeting.follow_ups.values_list("text", flat=True)) == {
        "配齐两名工作人员",
        "新加一件",
        "办好了的",
    }
    for other_row in (foreign, done):
        meeting.refresh_from_db()
        forged = typed_meeting(world, **seen(meeting)) | {"follow-TOTAL_FORMS": "1", "follow-INITIAL_FORMS": "0"}
        forged |= asked(0, pk=str(other_row.pk), text="冒名")
        assert "已经办结或去掉" in signed_in(world.secretary).post(url, forged).content.decode()
    assert not FollowUp.objects.filter(text="冒名").exists()
    foreign.refresh_from_db()
    done.refresh_from_db()
    assert (foreign.text, foreign.meeting) == ("别人的", other)
    assert (done.text, done.done_on) == ("办好了的", TODAY)


def test_the_second_of_two_writers_of_a_meeting_is_told(world: World) -> None:
    meeting = make_meeting(world.township)
    url = reverse("activities:meeting_edit", args=[meeting.pk])
    entry = typed_meeting(world, **seen(meeting))
    signed_in(world.colleague).post(url, entry | {"decisions": "同事写的"})
    page = body(signed_in(world.secretary).post(url, entry | {"decisions": "我写的"}))
    assert f"被 {world.colleague.name} 于" in page
    assert "我写的" in page
    meeting.refresh_from_db()
    assert meeting.decisions == "同事写的"


def test_what_was_done_meanwhile_is_neither_written_again_nor_undone(world: World) -> None:
    """Found by a reader: an old form of the meeting wrote a finished follow-up as a new one."""
    meeting = make_meeting(world.township)
    row = make_follow_up(meeting, text="配齐人员")
    opened = typed_meeting(world, **seen(meeting)) | {"follow-TOTAL_FORMS": "1", "follow-INITIAL_FORMS": "1"}
    opened |= asked(0, pk=str(row.pk), text="配齐人员")
    done = {"done_on": TODAY.isoformat(), "result": "已配齐"}
    signed_in(world.colleague).post(reverse("activities:follow_up_close", args=[row.pk]), done)

    url = reverse("activities:meeting_edit", args=[meeting.pk])
    told = body(signed_in(world.secretary).post(url, opened))
    assert f"被 {world.colleague.name} 于" in told
    meeting.refresh_from_db()
    insisted = body(signed_in(world.secretary).post(url, opened | seen(meeting)))
    assert "已经办结或去掉" in insisted
    assert list(meeting.follow_ups.values_list("text", "done_on")) == [("配齐人员", TODAY)]


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_who_writes_the_meeting(world: World) -> None:
    """Both take the lock of the meeting: closing begins after the edit and keeps what it says."""
    meeting = make_meeting(world.township)
    row = make_follow_up(meeting, text="配齐人员")
    closed: list[FollowUp] = []

    def close() -> None:
        try:
            closed.append(close_follow_up(follow_up=row, by=world.colleague, done_on=TODAY, result="已配齐"))
        finally:
            connection.close()

    with transaction.atomic():
        entry = meeting_entry(meeting, FollowUpEntry(text="配齐两人", owner="何永兵", due_on=row.due_on, pk=row.pk))
        save_meeting(by=world.secretary, unit=meeting.unit, entry=entry, meeting=meeting, seen=meeting.updated_at)
        thread = threading.Thread(target=close)
        thread.start()
        thread.join(0.5)
        assert not closed
    thread.join(10)
    row.refresh_from_db()
    assert (row.text, row.done_on, row.result) == ("配齐两人", TODAY, "已配齐")


def meeting_entry(meeting: Meeting, *follow_ups: FollowUpEntry) -> MeetingEntry:
    return MeetingEntry(kind=meeting.kind, name=meeting.name, held_on=meeting.held_on, follow_ups=follow_ups)


def test_what_is_asked_for_is_listed_by_its_day_until_it_is_done(world: World) -> None:
    meeting = make_meeting(world.village)
    late = make_follow_up(meeting, text="过期的", due_on=TODAY - datetime.timedelta(days=2))
    make_follow_up(meeting, text="将到的")
    make_follow_up(make_meeting(world.elsewhere), text="别处的")
    client = signed_in(world.secretary)
    page = body(client.get("/follow-ups/"))
    assert page.index("过期的") < page.index("将到的")
    assert "只列未办结的" in page
    assert "别处的" not in page
    assert [line["row"].text for line in client.get("/follow-ups/?state=late").context["lines"]] == ["过期的"]
    start = body(client.get("/"))
    assert "过期的" in start
    assert "过了 2 天" in start

    url = reverse("activities:follow_up_close", args=[late.pk])
    refused = client.post(url, {"done_on": "2999-01-01", "result": "办了"})
    assert "办结日期不能晚于今天" in body(refused)
    client.post(url, {"done_on": TODAY.isoformat(), "result": "已配齐"})
    assert [line["row"].text for line in client.get("/follow-ups/").context["lines"]] == ["将到的"]
    assert [line["row"].result for line in client.get("/follow-ups/?state=done").context["lines"]] == ["已配齐"]
    assert "已于" in body(client.post(url, {"done_on": TODAY.isoformat(), "result": "再办"}))


def test_who_may_close_a_follow_up(world: World) -> None:
    row = make_follow_up(make_meeting(world.township))
    url = reverse("activities:follow_up_close", args=[row.pk])
    sent = {"done_on": TODAY.isoformat(), "result": "已办"}
    assert signed_in(world.stranger).post(url, sent).status_code == 404
    assert signed_in(world.reader).post(url, sent).status_code == 403
    assert signed_in(world.colleague).put(url).status_code == 405
    assert signed_in(world.colleague).post(url, sent).status_code == 302


def inclusion_url(world: World, kind: str = "agenda", year: int = YEAR) -> str:
    return reverse("activities:inclusion_edit", args=[world.township.code, year, kind])


def states(world: World) -> list[tuple[str, CellState]]:
    return [(cell.letter, cell.state) for cell in inclusion_year([world.township], YEAR).cells(world.township)]


def test_a_document_or_a_meeting_fills_a_cell(world: World) -> None:
    meeting = make_meeting(world.township, kind="hearing", held_on=datetime.date(YEAR, 1, 20), name="党委会听取汇报")
    client = signed_in(world.secretary)
    assert {state for _, state in states(world)} == {CellState.MISSING}
    document = {"document": "亭委发〔2026〕3号", "dated_on": f"{YEAR}-01-15", "issued_by": "中共亭子镇委员会"}
    assert "已保存亭子镇" in body(client.post(inclusion_url(world), document, follow=True))
    client.post(inclusion_url(world, "party"), {"meeting": meeting.pk})
    assert Inclusion.objects.get(kind="party").dated_on == datetime.date(YEAR, 1, 20)
    done, missing = CellState.DONE, CellState.MISSING
    assert states(world) == [("日", done), ("目", missing), ("党", done), ("文", missing), ("考", missing)]
    page = client.get(f"/inclusions/?year={YEAR}&unit={world.township.code}")
    # Without a committee, the village has nothing to show.
    assert [(line["unit"], line["done"]) for line in page.context["lines"]] == [(world.township, 2)]


def test_the_five_of_a_unit_stand_on_one_page_and_open_their_evidence(world: World) -> None:
    meeting = make_meeting(world.township, held_on=datetime.date(YEAR, 1, 20), name="党委会听取汇报")
    client = signed_in(world.secretary)
    client.post(inclusion_url(world, "party"), {"meeting": meeting.pk})
    url = reverse("activities:inclusion_unit", args=[world.township.code, YEAR])
    assert url in body(client.get(f"/inclusions/?year={YEAR}"))
    page = body(client.get(url))
    assert page.count("登记依据") == 4
    assert "已有依据 1 项，还缺 4 项" in page
    assert reverse("activities:meeting_detail", args=[meeting.pk]) in page
    assert reverse("activities:meeting_detail", args=[meeting.pk]) in body(client.get(inclusion_url(world, "party")))
    assert "登记依据" not in body(signed_in(world.reader).get(url))
    assert client.get(reverse("activities:inclusion_unit", args=[world.township.code, 1900])).status_code == 404


def test_evidence_is_taken_away_by_a_step_of_its_own(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(inclusion_url(world), {"document": "错的文", "dated_on": f"{YEAR}-01-15"})
    row = Inclusion.objects.get()
    url = reverse("activities:inclusion_remove", args=[world.township.code, YEAR, "agenda"])
    assert "错的文" in body(client.get(url))
    changed = {"document": "同事的文", "dated_on": f"{YEAR}-01-15", **seen(row)}
    signed_in(world.colleague).post(inclusion_url(world), changed)
    assert f"被 {world.colleague.name} 于" in body(client.post(url, seen(row)))
    row.refresh_from_db()
    assert client.post(url, seen(row)).status_code == 302
    assert states(world)[0] == ("日", CellState.MISSING)
    assert client.post(url, seen(row)).status_code == 404


def test_a_unit_that_has_no_committee_in_the_year_or_is_closed_has_no_cells_to_fill(world: World) -> None:
    entry = {"document": "文", "dated_on": f"{YEAR}-01-15"}
    village = reverse("activities:inclusion_edit", args=[world.village.code, YEAR, "agenda"])
    assert "还没有成立关工委" in body(signed_in(world.clerk).post(village, entry))
    Unit.objects.filter(pk=world.township.pk).update(closed_on=TODAY)
    assert "已于" in body(signed_in(world.secretary).post(inclusion_url(world), entry))
    assert not Inclusion.objects.exists()


def test_only_a_meeting_of_the_year_is_offered_as_evidence(world: World) -> None:
    before = make_meeting(world.township, held_on=datetime.date(YEAR - 1, 3, 1), name="去年的会")
    page = body(signed_in(world.secretary).get(inclusion_url(world)))
    assert "去年的会" not in page
    with pytest.raises(ValidationError, match="年开的会议"):
        save_inclusion(
            by=world.secretary,
            unit=world.township,
            year=YEAR,
            kind="agenda",
            entry=InclusionEntry(meeting=before),
            seen=NEVER,
        )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"issued_by": "镇党委"}, "请填写文号，或选一次会议作依据"),
        ({"document": "亭委发〔2026〕3号"}, "请填写发文日期"),
        ({"document": "亭委发〔2026〕3号", "dated_on": "2999-01-01"}, "年内"),
        ({"document": "亭委发〔2026〕3号", "dated_on": "2001-01-01"}, "年内"),
    ],
)
def test_a_cell_without_evidence_is_explained(world: World, entry: dict[str, str], words: str) -> None:
    assert words in body(signed_in(world.secretary).post(inclusion_url(world), entry))
    assert not Inclusion.objects.exists()


def test_a_meeting_of_another_unit_is_no_evidence(world: World) -> None:
    foreign = make_meeting(world.elsewhere, held_on=datetime.date(YEAR, 1, 20))
    page = body(signed_in(world.secretary).post(inclusion_url(world), {"meeting": foreign.pk}))
    assert "错误" in page
    assert not Inclusion.objects.exists()


def test_a_new_year_shows_the_evidence_of_the_year_before_and_carries_nothing(world: World) -> None:
    Inclusion.objects.create(
        unit=world.township, year=YEAR - 1, kind="agenda", document="去年的文", dated_on=f"{YEAR - 1}-03-01"
    )
    page = body(signed_in(world.secretary).get(inclusion_url(world)))
    assert "去年的文" in page
    assert 'value="去年的文"' not in page
    assert states(world)[0] == ("日", CellState.MISSING)


def test_the_second_of_two_writers_of_a_cell_is_told(world: World) -> None:
    entry = {"document": "同事的文", "dated_on": f"{YEAR}-01-15"}
    signed_in(world.colleague).post(inclusion_url(world), entry)
    page = body(signed_in(world.secretary).post(inclusion_url(world), entry | {"document": "我的文"}))
    assert f"被 {world.colleague.name} 于" in page
    assert 'value="我的文"' in page
    assert Inclusion.objects.get().document == "同事的文"


def test_who_may_write_a_cell(world: World) -> None:
    sent = {"document": "亭委发〔2026〕3号", "dated_on": f"{YEAR}-01-15"}
    assert signed_in(world.stranger).get(inclusion_url(world)).status_code == 404
    assert signed_in(world.stranger).post(inclusion_url(world), sent).status_code == 404
    assert signed_in(world.reader).get(inclusion_url(world)).status_code == 200
    assert signed_in(world.reader).post(inclusion_url(world), sent).status_code == 403
    assert signed_in(world.colleague).put(inclusion_url(world)).status_code == 405
    assert signed_in(world.colleague).get(inclusion_url(world, "poetry")).status_code == 404
    assert signed_in(world.colleague).post(inclusion_url(world), sent).status_code == 302


def test_the_five_are_those_of_the_field() -> None:
    assert [f"{kind.label}→{kind.unified}" for kind in InclusionKind] == [
        "党政领导工作日程→统一谋划",
        "经济社会发展目标→统一规划",
        "基层党建活动→统一部署",
        "精神文明建设→统一安排",
        "年终目标考核→统一考核",
    ]


@pytest.mark.parametrize("address", ["/meetings/", "/follow-ups/", "/inclusions/"])
def test_lists_cost_the_same_for_one_unit_and_many(
    world: World, address: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world.office)
    counts = []
    for more in (1, 4):
        for _ in range(more):
            unit = make_unit(world.township, committee_established_on=datetime.date(2015, 6, 1))
            make_follow_up(make_meeting(unit))
            Inclusion.objects.create(unit=unit, year=YEAR, kind="agenda", document="文", dated_on=TODAY)
        client.get(address)
        with django_assert_max_num_queries(30) as captured:
            client.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
