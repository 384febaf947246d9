"""Meetings with their follow-ups."""

import datetime
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import FollowUp, Meeting
from activities.services import (
    FollowUpEntry,
    MeetingEntry,
    close_follow_up,
    save_meeting,
)
from guanai.models import Attachment
from tests.activities.factories import World, body, make_follow_up, make_meeting, signed_in
from tests.factories import seen

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


def asked(number: int = 0, **changes: Any) -> dict[str, str]:
    values = {"text": "配齐村关工委工作人员", "owner": "张副书记", "due_on": "2025-12-20"} | changes
    return {f"follow-{number}-{name}": value for name, value in values.items()}


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
        ({"due_on": "2025-09-01"}, "的完成期限早于开会日期"),
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
