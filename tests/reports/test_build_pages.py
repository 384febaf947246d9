"""The pages of year-end reports: start, watch, stop, try again, download; bound to who asked."""

import datetime
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from guanai.enums import JobState, PartState
from guanai.job_files import job_folder, store_file
from guanai.jobs import claim_part
from guanai.models import Job, JobFile, JobPart
from orgs.enums import Role
from orgs.models import Membership, Unit, User
from orgs.scope import forget_grants
from reports.builds import COUNTY_FILES, read_build
from reports.services import assemble_report, build_report_part, start_year_report, take_report_figures
from tests import factories as make
from tests.reports.factories import YEAR, World, make_busy_county, make_network
from tests.reports.pages import client_of, query_count, signed_in, text

pytestmark = pytest.mark.django_db
LIST = "/reports/"


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    """A small county; `user` works in its office."""
    settings.MEDIA_ROOT = tmp_path
    world = make_network(townships=2)
    make.grant(world.user, world.county, Role.COUNTY_OFFICE)
    for year in (YEAR - 1, YEAR):
        make.make_activity(world.townships[0], held_on=datetime.date(year, 5, 4))
    world.county.refresh_from_db()
    return world


@pytest.fixture
def office(world: World) -> Client:
    return client_of(world.user)


@pytest.fixture
def job(world: World) -> Job:
    """A build that waits: inside a test's transaction nothing is sent to a worker."""
    return start_year_report(year=YEAR, unit=world.county, owner=world.user)


def page_of(job: Job, ending: str = "") -> str:
    return f"{LIST}{job.pk}/{ending}"


def build_parts(job: Job, *, but: str = "") -> None:
    """Take the figures and make every part, as a worker would; the part `but` is left waiting."""
    take_report_figures(job_id=job.pk)
    for part in job.parts.exclude(key=but):
        build_report_part(part_id=part.pk)


def break_part(job: Job, town: Unit) -> None:
    """Put a directory in the place of a file, so that the part of a township fails."""
    (job_folder(job) / f"{town.short_name}年度统计表.xlsx" / "in the way").mkdir(parents=True)


def test_starting_a_build_leads_to_its_page(office: Client, world: World) -> None:
    response = office.post(f"{LIST}start/", {"year": YEAR})
    job = Job.objects.get()
    assert response["Location"] == page_of(job)
    assert (job.owner, job.parameters) == (world.user, {"year": YEAR, "unit": world.county.code})
    page = text(office.get(page_of(job)))
    assert f"{YEAR} 年终报告" in page
    assert "正在排队" in page
    assert all(town.short_name in page for town in world.townships)


def test_a_second_click_leads_to_the_build_that_runs(office: Client) -> None:
    first, second = (office.post(f"{LIST}start/", {"year": YEAR})["Location"] for _ in range(2))
    assert first == second
    assert Job.objects.count() == 1
    office.post(f"{LIST}start/", {"year": YEAR - 1})
    assert Job.objects.count() == 2


def test_another_user_starts_a_build_of_their_own(office: Client, world: World) -> None:
    office.post(f"{LIST}start/", {"year": YEAR})
    other = signed_in(world.county, Role.LEADER)
    other.post(f"{LIST}start/", {"year": YEAR})
    assert Job.objects.count() == 2


@pytest.mark.parametrize("year", ["", "x", "1999", str(timezone.localdate().year + 1)])
def test_a_year_that_cannot_be_reported_starts_nothing(office: Client, year: str) -> None:
    response = office.post(f"{LIST}start/", {"year": year})
    assert response.status_code == 422
    assert response.context["form"].errors
    assert "没有开始生成" in text(response)
    assert not Job.objects.exists()


def test_the_list_holds_one_s_own_builds_alone(office: Client, world: World, job: Job) -> None:
    stranger = make.make_member(world.county, Role.LEADER)
    start_year_report(year=YEAR, unit=world.county, owner=stranger)
    assert [shown.pk for shown, _ in office.get(LIST).context["builds"]] == [job.pk]


def test_a_builder_of_a_township_is_told_who_builds(world: World) -> None:
    client = signed_in(world.townships[0], Role.LEADER)
    assert "年终报告按县生成" in text(client.get(LIST))
    assert client.post(f"{LIST}start/", {"year": YEAR}).status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CLERK, Role.REVIEWER, Role.FUND_MANAGER, Role.AUDITOR])
def test_roles_that_do_not_build_are_refused(world: World, role: Role) -> None:
    client = signed_in(world.county, role)
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}start/", {"year": YEAR}).status_code == 403


def test_files_can_be_had_as_soon_as_they_are_made(office: Client, world: World, job: Job) -> None:
    town = world.townships[0]
    build_parts(job, but=town.code)
    response = office.get(page_of(job))
    build = response.context["build"]
    assert (build.done, build.all) == (3, 4)
    assert "已完成 3 个单位，共 4 个" in text(response)
    places = {place.part.key: place for group in build.groups for place in group.places}
    assert places[town.code].files == []
    assert [word for word, _ in places[world.townships[1].code].links] == ["Word", "Excel"]
    assert all(wanted.file is None for wanted in build.county)
    for file in JobFile.objects.all():
        assert f"/files/{file.pk}/" in response.content.decode()


def test_the_steps_follow_the_build(world: World, job: Job) -> None:
    def states() -> list[str]:
        return [step.state for step in read_build(Job.objects.get(pk=job.pk)).steps]

    assert states() == ["now", "", "", ""]
    take_report_figures(job_id=job.pk)
    assert states() == ["past", "now", "", ""]
    for part in job.parts.all():
        build_report_part(part_id=part.pk)
    assert states() == ["past", "past", "now", ""]
    assemble_report(job_id=job.pk)
    assert states() == ["past", "past", "past", "past"]


def test_a_finished_build_shows_all_files_and_polls_no_more(office: Client, job: Job) -> None:
    build_parts(job)
    assemble_report(job_id=job.pk)
    response = office.get(page_of(job))
    page = response.content.decode()
    assert response.context["build"].lost == 0
    assert "14 个文件齐全" in page
    assert [wanted.name for wanted in response.context["build"].county if wanted.file] == list(COUNTY_FILES)
    assert "hx-trigger" not in page
    assert "停止" not in text(response)


def test_checking_finds_a_file_that_is_gone_or_cut(office: Client, job: Job) -> None:
    build_parts(job)
    assemble_report(job_id=job.pk)
    first, second = JobFile.objects.filter(job=job)[:2]
    first.path.unlink()
    second.path.write_bytes(second.path.read_bytes()[:-1])
    build = office.get(page_of(job)).context["build"]
    assert build.lost == 2
    assert (build.steps[3].state, build.steps[3].note) == ("now", "缺 2 个文件")
    assert office.get(f"/files/{first.pk}/").status_code == 404


def test_who_polls_gets_a_new_part_only_when_something_changed(office: Client, job: Job) -> None:
    progress = page_of(job, "progress/")
    mark = office.get(page_of(job)).context["build"].mark
    assert office.get(progress, {"seen": mark}).status_code == 204
    take_report_figures(job_id=job.pk)
    assert claim_part(job.parts.all()[0].pk)
    response = office.get(progress, {"seen": mark})
    assert response.status_code == 200
    page = response.content.decode()
    assert "<html" not in page
    assert "生成中" in page
    assert f'hx-get="{progress}?seen={response.context["build"].mark}"' in page


def test_without_javascript_the_page_reloads_while_it_is_built(office: Client, job: Job) -> None:
    refresh = '<noscript><meta http-equiv="refresh"'
    assert refresh in office.get(page_of(job)).content.decode()
    build_parts(job)
    assemble_report(job_id=job.pk)
    assert refresh not in office.get(page_of(job)).content.decode()


def test_a_failure_names_its_cause_and_is_tried_again_alone(office: Client, world: World, job: Job) -> None:
    town = world.townships[0]
    break_part(job, town)
    build_parts(job)
    page = text(office.get(page_of(job)))
    assert f"{town.short_name}没有生成" in page
    assert "文件没有写成" in page
    response = office.post(page_of(job, "retry/"), {"part": town.code}, follow=True)
    assert f"正在重新生成{town.short_name}" in text(response)
    states = dict(job.parts.values_list("key", "state"))
    assert states.pop(town.code) == PartState.QUEUED
    assert set(states.values()) == {PartState.DONE}


def test_all_that_failed_can_be_tried_again_at_once(office: Client, world: World, job: Job) -> None:
    for town in world.townships:
        break_part(job, town)
    build_parts(job)
    assert "重新生成没有完成的" in text(office.get(page_of(job)))
    office.post(page_of(job, "retry/"))
    assert job.parts.filter(state=PartState.QUEUED).count() == 2


def test_nothing_failed_is_nothing_to_try_again(office: Client, job: Job) -> None:
    assert "没有失败的部分" in text(office.post(page_of(job, "retry/"), follow=True))
    key = job.parts.all()[0].key
    assert "没有失败的部分" in text(office.post(page_of(job, "retry/"), {"part": key}, follow=True))
    assert office.post(page_of(job, "retry/"), {"part": "no-such-part"}).status_code == 404


def test_a_build_can_be_stopped_once_and_keeps_its_files(office: Client, world: World, job: Job) -> None:
    build_parts(job, but=world.townships[0].code)
    assert "已停止" in text(office.post(page_of(job, "cancel/"), follow=True))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert JobFile.objects.filter(job=job).count() == 6
    assert "没有可以停止的" in text(office.post(page_of(job, "cancel/"), follow=True))


def a_file(job: Job) -> JobFile:
    return store_file(job=job, name="亭子镇考评计分表.docx", label="考评计分表", content=b"paper")


def test_a_file_is_downloaded_under_its_chinese_name(office: Client, job: Job) -> None:
    file = a_file(job)
    response: Any = office.get(f"/files/{file.pk}/")
    content = b"".join(response.streaming_content)
    assert hashlib.sha256(content).hexdigest() == file.digest
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(file.name)}"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


ADDRESSES = [("get", ""), ("get", "progress/"), ("post", "cancel/"), ("post", "retry/")]


def requested(client: Client, job: Job, file: JobFile) -> set[int]:
    """The answers to every request about one build."""
    answers = {getattr(client, method)(page_of(job, ending)).status_code for method, ending in ADDRESSES}
    return {*answers, client.get(f"/files/{file.pk}/").status_code}


def test_a_build_is_not_there_for_anybody_but_its_owner(world: World, job: Job) -> None:
    file = a_file(job)
    for role in (Role.COUNTY_OFFICE, Role.LEADER):
        assert requested(signed_in(world.county, role), job, file) == {404}
    assert requested(signed_in(make.make_county("510825", "邻县")), job, file) == {404}
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_an_owner_who_may_no_longer_build_gets_nothing(world: World, job: Job) -> None:
    file = a_file(job)
    Membership.objects.filter(user=world.user).update(role=Role.SECRETARY)
    forget_grants(world.user)
    assert requested(client_of(world.user), job, file) == {403}
    # May build elsewhere, but no longer for this county.
    make.grant(world.user, make.make_county("510825", "邻县"), Role.LEADER)
    assert requested(client_of(User.objects.get(pk=world.user.pk)), job, file) == {404}


def test_files_of_other_kinds_of_job_are_not_handed_out_here(office: Client, world: World) -> None:
    other = Job.objects.create(kind="something_else", owner=world.user, parameters={"unit": world.county.code})
    assert requested(office, other, a_file(other)) == {404}


def test_reading_addresses_take_no_post_and_writing_ones_no_get(office: Client, job: Job) -> None:
    for url in (LIST, page_of(job), page_of(job, "progress/"), f"/files/{a_file(job).pk}/"):
        assert office.post(url).status_code == 405, url
    for url in (f"{LIST}start/", page_of(job, "cancel/"), page_of(job, "retry/")):
        assert office.get(url).status_code == 405, url


def test_without_signing_in_nobody_gets_in(job: Job) -> None:
    for url in (LIST, page_of(job), f"/files/{a_file(job).pk}/"):
        assert Client().get(url)["Location"].startswith("/sign-in/")


def test_the_number_of_queries_does_not_depend_on_the_number_of_units(office: Client, world: World, job: Job) -> None:
    build_parts(job)
    few, in_list = query_count(office, page_of(job)), query_count(office, LIST)
    for _ in range(5):
        make.make_unit(world.county)
    world.county.refresh_from_db()
    larger = start_year_report(year=YEAR - 1, unit=world.county, owner=world.user)
    build_parts(larger)
    assert query_count(office, page_of(larger)) == few
    assert query_count(office, LIST) == in_list


@pytest.mark.django_db(transaction=True)
def test_from_the_button_to_the_file(settings: Settings, tmp_path: Path) -> None:
    """The whole path with records of every kind; tasks run at once, so the build is over when its page opens."""
    settings.MEDIA_ROOT = tmp_path
    world = make_busy_county(33, townships=1, records=10)
    client = signed_in(world.county, Role.LEADER)
    response = client.post(f"{LIST}start/", {"year": YEAR}, follow=True)
    build = response.context["build"]
    assert build.job.state == JobState.DONE
    assert "已全部生成" in text(response)
    for file in JobFile.objects.all():
        answer: Any = client.get(f"/files/{file.pk}/")
        assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == file.digest


def test_how_long_it_takes_is_said_once_a_tenth_is_made(job: Job) -> None:
    take_report_figures(job_id=job.pk)
    build_report_part(part_id=job.parts.all()[0].pk)
    assert "分钟" in read_build(Job.objects.get(pk=job.pk)).words
    JobPart.objects.bulk_create(
        JobPart(job=job, key=f"more-{at}", label="云峰镇", group="乡镇", position=100 + at) for at in range(7)
    )
    assert "分钟" not in read_build(Job.objects.get(pk=job.pk)).words
