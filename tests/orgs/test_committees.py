"""Founding a committee by document, the conditions for one, and taking a founding back."""

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanai.edits import NEVER, ChangedError
from guanai.enums import Verb
from guanai.models import Attachment, TrailEntry
from orgs.enums import WithdrawalReason
from orgs.models import Unit
from orgs.services import (
    Conditions,
    Founding,
    Means,
    confirm_as_before,
    confirm_means,
    record_committee,
    withdraw_committee,
)
from tests.factories import make_appointment, seen
from tests.orgs.committee_world import FOUNDED, World, signed_in, typed_means

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
PDF = b"%PDF-1.7 a founding document"


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    return World()


def committee_url(unit: Unit) -> str:
    return reverse("orgs:committee_edit", args=[unit.code])


def missing_in(client: Client) -> list[str]:
    return [unit.name for unit in client.get("/coverage/?missing=1").context["listing"].page]


def entry(unit: Unit, **changes: Any) -> dict[str, Any]:
    """What the committee's form sends, opened now."""
    filled = {
        **seen(Unit.objects.get(pk=unit.pk)),
        "has_party_organisation": "on",
        "has_veterans": "on",
        "has_young_people": "on",
        "established_on": "2025-05-06",
        "document": "亭委发〔2025〕12号",
        "issued_by": "中共亭子镇委员会",
    }
    return {**filled, **changes}


def test_founding_takes_document_and_scan_and_closes_the_gap(world: World) -> None:
    client = signed_in(world.secretary)
    assert missing_in(client) == ["长江村村民委员会"]
    scan = SimpleUploadedFile("成立.pdf", PDF)
    response = client.post(committee_url(world.village), entry(world.village, scan=scan), follow=True)
    page = response.content.decode()
    assert "已登记长江村关工委。" in page
    assert "亭委发〔2025〕12号" in page
    assert "中共亭子镇委员会" in page
    assert missing_in(client) == []
    served = client.get(reverse("orgs:committee_scan", args=[world.village.code]))
    assert b"".join(served.streaming_content) == PDF  # type: ignore[attr-defined]
    assert signed_in(world.stranger).get(served.request["PATH_INFO"]).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"document": ""}, "填了成立日期，请填写成立文号"),
        ({"established_on": ""}, "填了成立文号，请填写成立日期"),
        ({"established_on": "2999-01-01"}, "成立日期不能晚于今天"),
        ({"established_on": "1980-01-01"}, "成立日期不能早于 1990-02-25"),
        ({"established_on": "去年"}, "这样的日期"),
    ],
)
def test_wrong_founding_is_explained_and_the_entry_kept(world: World, changes: dict[str, str], words: str) -> None:
    page = (
        signed_in(world.secretary).post(committee_url(world.village), entry(world.village, **changes)).content.decode()
    )
    assert words in page
    assert "中共亭子镇委员会" in page
    assert "<title>错误：" in page
    world.village.refresh_from_db()
    assert world.village.committee_established_on is None


def test_wrong_scan_is_refused_at_its_field_and_nothing_is_stored(world: World) -> None:
    scan = SimpleUploadedFile("成立.pdf", b"MZ a program", "application/pdf")
    page = (
        signed_in(world.secretary).post(committee_url(world.village), entry(world.village, scan=scan)).content.decode()
    )
    assert "这个文件的内容不是" in page
    assert "亭委发〔2025〕12号" in page
    assert not Attachment.objects.exists()
    world.village.refresh_from_db()
    assert not world.village.has_committee


def test_conditions_alone_change_whether_one_is_due(world: World) -> None:
    client = signed_in(world.secretary)
    only = {"has_party_organisation": "on", "has_young_people": "on", **seen(world.village)}
    client.post(committee_url(world.village), only)
    assert missing_in(client) == []


def withdraw_url(unit: Unit) -> str:
    return reverse("orgs:committee_withdraw", args=[unit.code])


def test_a_founding_recorded_by_mistake_is_taken_back_with_a_reason(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(committee_url(world.village), entry(world.village, scan=SimpleUploadedFile("成立.pdf", PDF)))
    world.village.refresh_from_db()
    assert 'name="reason"' in client.get(withdraw_url(world.village)).content.decode()
    client.post(withdraw_url(world.village), {"reason": "wrong_unit", **seen(world.village)})
    world.village.refresh_from_db()
    assert (world.village.has_committee, world.village.committee_document) == (False, "")
    assert world.village.committee_scan is None
    kept = TrailEntry.objects.get(verb=Verb.WITHDRAWN)
    assert (kept.actor, kept.unit_id, kept.detail) == (world.secretary, world.village.pk, {"reason": "登错了单位"})
    assert client.get(withdraw_url(world.village)).status_code == 404


def test_clearing_the_founding_withdraws_nothing(world: World) -> None:
    """Found by a reader: a cleared form took the committee back unasked."""
    client = signed_in(world.secretary)
    cleared = entry(world.township, established_on="", document="", issued_by="")
    response = client.post(committee_url(world.township), cleared)
    assert "请填写成立日期" in response.context["form"].errors["established_on"][0]
    world.township.refresh_from_db()
    assert world.township.committee_established_on == FOUNDED


def test_the_second_of_two_writers_of_a_committee_is_told(world: World) -> None:
    opened = entry(world.village, document="亭委发〔2025〕99号")
    signed_in(world.colleague).post(committee_url(world.village), entry(world.village))
    told = signed_in(world.secretary).post(committee_url(world.village), opened).content.decode()
    assert f"被 {world.colleague.name} 于" in told
    assert "亭委发〔2025〕99号" in told
    world.village.refresh_from_db()
    assert world.village.committee_document == "亭委发〔2025〕12号"
    with pytest.raises(ChangedError):
        record_committee(unit=world.village, conditions=Conditions(), by=world.secretary, seen=NEVER)
    with pytest.raises(ChangedError):
        withdraw_committee(unit=world.village, by=world.secretary, reason=WithdrawalReason.TWICE, seen=NEVER)


@pytest.mark.parametrize("ended", [None, datetime.date(2024, 12, 31)])
def test_a_committee_with_posts_is_not_withdrawn(world: World, ended: datetime.date | None) -> None:
    """Also where its posts are over by now."""
    make_appointment(unit=world.township, ends_on=ended)
    client = signed_in(world.secretary)
    page = client.get(withdraw_url(world.township)).content.decode()
    assert "不能撤下" in page
    assert 'name="reason"' not in page
    with pytest.raises(ValidationError, match="不是登错"):
        withdraw_committee(unit=world.township, by=world.secretary, reason=WithdrawalReason.TWICE)


def test_a_correction_without_a_scan_keeps_the_one_before(world: World) -> None:
    client = signed_in(world.secretary)
    client.post(committee_url(world.village), entry(world.village, scan=SimpleUploadedFile("成立.pdf", PDF)))
    client.post(committee_url(world.village), entry(world.village, document="亭委发〔2025〕13号"))
    world.village.refresh_from_db()
    assert world.village.committee_document == "亭委发〔2025〕13号"
    assert world.village.committee_scan is not None


def test_services_refuse_who_records_elsewhere(world: World) -> None:
    with pytest.raises(PermissionDenied):
        record_committee(
            unit=world.village, founding=Founding(established_on=FOUNDED, document="文"), by=world.stranger
        )
    with pytest.raises(PermissionDenied):
        withdraw_committee(unit=world.township, by=world.reader, reason=WithdrawalReason.TWICE)
    with pytest.raises(PermissionDenied):
        confirm_means(unit=world.township, year=YEAR, means=Means(), by=world.stranger)
    with pytest.raises(PermissionDenied):
        confirm_as_before(units=[world.township, world.elsewhere], year=YEAR, by=world.secretary)


@pytest.mark.parametrize("name", ["committee", "means"])
def test_who_may_write(world: World, name: str) -> None:
    url = committee_url(world.township)
    sent: dict[str, Any] = entry(world.township)
    if name == "means":
        url = reverse("orgs:means_edit", args=[world.township.code, YEAR])
        sent = typed_means()
    assert signed_in(world.stranger).post(url, sent).status_code == 404
    assert signed_in(world.reader).post(url, sent).status_code == 403
    assert signed_in(world.colleague).put(url).status_code == 405
    assert signed_in(world.colleague).post(url, sent).status_code == 302
