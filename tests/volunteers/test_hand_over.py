"""移交: everything open of somebody who goes is ended or goes on with others, in one transaction."""

import datetime
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aid.models import Pairing
from guanai.dependents import Heir
from guanai.edits import ChangedError
from guanai.enums import Verb
from guanai.models import TrailEntry
from orgs.enums import Role
from orgs.models import Unit, User
from orgs.trail_words import words_of_entry
from tests.factories import (
    make_appointment,
    make_child,
    make_county,
    make_member,
    make_pairing,
    make_team,
    make_unit,
    make_visit,
    make_volunteer,
)
from tests.volunteers.pages import page_of, signed_in
from volunteers.enums import TeamKind
from volunteers.handing_over import count_left_open, find_heirs, gone_with_work, open_groups
from volunteers.models import Appointment, Team, TeamMember, Volunteer
from volunteers.services import Dismissal, Leaving, Settled, hand_over

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LEFT = Leaving(status="left", reason="随子女外出居住")
PAPER = Dismissal(
    ends_on=TODAY, reason="resigned", document="亭委发〔2025〕9号", issued_by="中共亭子镇委员会", issued_on=TODAY
)


@pytest.fixture
def person(village: Unit) -> Volunteer:
    return make_volunteer(village, name="杜承志")


@pytest.fixture
def heir(village: Unit) -> Volunteer:
    return make_volunteer(village, name="冯定国")


def join(team: Team, person: Volunteer, **fields: Any) -> TeamMember:
    return TeamMember.objects.create(team=team, volunteer=person, **{"starts_on": datetime.date(2022, 1, 1), **fields})


def do(person: Volunteer, by: User, *settled: Settled, **more: Any) -> Volunteer:
    fresh = Volunteer.objects.get(pk=person.pk)
    said = {"on": TODAY, "leaving": LEFT, "seen": fresh.updated_at, **more}
    return hand_over(person=fresh, settled=settled, by=by, **said)


def test_everything_goes_on_in_one_step(village: Unit, secretary: User, person: Volunteer, heir: Volunteer) -> None:
    post = make_appointment(village, person, post="member")
    member = join(make_team(village), person, leads=True)
    pairing = make_pairing(make_child(village), person, plan="每月辅导一次")
    make_visit(pairing, content="家里的事")
    done = do(
        person,
        secretary,
        Settled("posts", post.pk),
        Settled("teams", member.pk, heir.pk),
        Settled("pairings", pairing.pk, heir.pk),
        dismissal=PAPER,
    )
    assert (done.status, done.left_on, done.left_reason) == ("left", TODAY, "随子女外出居住")
    post.refresh_from_db()
    assert (post.ends_on, post.dismissal_document) == (TODAY, "亭委发〔2025〕9号")
    member.refresh_from_db()
    following = TeamMember.objects.get(volunteer=heir)
    assert (member.ends_on, following.starts_on, following.leads, following.ends_on) == (TODAY, TODAY, True, None)
    pairing.refresh_from_db()
    assert (pairing.ends_on, pairing.end_reason) == (TODAY, "移交（退出）")
    new = Pairing.objects.get(volunteer=heir)
    assert (new.child_id, new.starts_on, new.plan, new.ends_on) == (pairing.child_id, TODAY, "每月辅导一次", None)
    assert not new.visits.exists()
    assert open_groups(done, secretary) == []
    told = TrailEntry.objects.get(verb=Verb.HANDED_OVER)
    assert (told.record_id, told.actor_id) == (person.pk, secretary.pk)
    assert words_of_entry(told) == ("移交", ["3 项", f"接替 {heir.number}"])
    assert told.detail == {"settled": {"posts": 1, "teams": 1, "pairings": 1}, "heirs": [heir.number]}


def test_what_is_refused_leaves_everything_as_it_was(
    village: Unit, secretary: User, person: Volunteer, heir: Volunteer
) -> None:
    member = join(make_team(village), person)
    visited = make_pairing(make_child(village), person)
    make_visit(visited, held_on=TODAY)
    with pytest.raises(ValidationError) as refused:
        do(
            person,
            secretary,
            Settled("teams", member.pk, heir.pk),
            Settled("pairings", visited.pk, heir.pk),
            on=TODAY - datetime.timedelta(days=1),
        )
    assert list(refused.value.message_dict) == [f"pairings_{visited.pk}"]
    person.refresh_from_db()
    assert person.status == "active"
    assert list(TeamMember.objects.filter(ends_on=None)) == [member]
    assert not TrailEntry.objects.filter(verb=Verb.HANDED_OVER).exists()


def test_a_post_needs_its_document_and_nobody_inherits_it(
    village: Unit, secretary: User, person: Volunteer, heir: Volunteer
) -> None:
    post = make_appointment(village, person, post="member")
    with pytest.raises(ValidationError) as refused:
        do(person, secretary, Settled("posts", post.pk))
    assert list(refused.value.message_dict) == [f"posts_{post.pk}"]
    # Left for later, the person goes all the same, and the post waits.
    do(person, secretary)
    assert count_left_open(secretary) == (1, 1)
    person.refresh_from_db()
    do(person, secretary, Settled("posts", post.pk, heir.pk), leaving=None, dismissal=PAPER)
    assert count_left_open(secretary) == (0, 0)
    assert not Appointment.objects.filter(volunteer=heir).exists()


def test_the_last_leader_of_a_studio_needs_a_successor(
    village: Unit, secretary: User, person: Volunteer, heir: Volunteer
) -> None:
    studio = make_team(village, kind=TeamKind.STUDIO, name="法治五老工作室")
    member = join(studio, person, leads=True)
    assert open_groups(person, secretary)[0].records[0].heir == Heir.MUST
    with pytest.raises(ValidationError, match="领衔人"):
        do(person, secretary, Settled("teams", member.pk))
    # Who is a member already takes the lead and joins no second time.
    join(studio, heir)
    do(person, secretary, Settled("teams", member.pk, heir.pk))
    assert [(one.volunteer, one.leads) for one in studio.members.filter(ends_on=None)] == [(heir, True)]


def test_a_plain_member_leads_from_the_day_of_the_hand_over_and_not_before(
    village: Unit, secretary: User, person: Volunteer, heir: Volunteer
) -> None:
    """Two led all along: had the third led since they joined, there would have been three."""
    studio = make_team(village, kind=TeamKind.STUDIO, studio_kind="service", founded_on=datetime.date(2022, 1, 1))
    member = join(studio, person, leads=True)
    join(studio, make_volunteer(village), leads=True)
    plain = join(studio, heir, starts_on=datetime.date(2023, 1, 1))

    do(person, secretary, Settled("teams", member.pk, heir.pk))

    times = studio.members.filter(volunteer=heir).order_by("starts_on").values_list("starts_on", "ends_on", "leads")
    assert list(times) == [(plain.starts_on, TODAY, False), (TODAY, None, True)]


def test_a_leader_who_has_died_leads_no_studio_on(
    village: Unit, secretary: User, person: Volunteer, heir: Volunteer
) -> None:
    """Their time in the team was left for later; the other leader is the last one all the same."""
    studio = make_team(village, kind=TeamKind.STUDIO, studio_kind="service")
    join(studio, make_volunteer(village, status="deceased", left_on=datetime.date(2025, 1, 1)), leads=True)
    member = join(studio, person, leads=True)

    assert open_groups(person, secretary)[0].records[0].heir == Heir.MUST
    with pytest.raises(ValidationError, match="领衔人"):
        do(person, secretary, Settled("teams", member.pk))


def test_a_child_of_somebody_who_rests_waits_on_the_list_and_a_post_does_not(
    village: Unit, secretary: User, person: Volunteer
) -> None:
    make_appointment(village, person, post="member")
    make_pairing(make_child(village), person)
    Volunteer.objects.filter(pk=person.pk).update(status="resting", resting_since=TODAY)
    assert count_left_open(secretary) == (1, 1)
    page = signed_in(village.parent or village).get("/volunteers/hand-over/").content.decode()
    assert "1 人名下还没有移交完" in page
    assert f"{TODAY}" in page
    Pairing.objects.update(ends_on=TODAY)
    assert count_left_open(secretary) == (0, 0)


def test_whoever_rests_is_not_put_to_rest_again(secretary: User, village: Unit) -> None:
    resting = make_volunteer(village, status="resting", resting_since=datetime.date(2025, 3, 1), resting_reason="外出")

    with pytest.raises(ValidationError, match="已登记暂停"):
        do(resting, secretary, leaving=Leaving(status="resting", reason="住院"))
    with pytest.raises(ValidationError, match="不能早于 2025-03-01"):
        do(resting, secretary, on=datetime.date(2025, 2, 1))


def test_one_of_two_leaders_may_just_go(village: Unit, secretary: User, person: Volunteer, heir: Volunteer) -> None:
    studio = make_team(village, kind=TeamKind.STUDIO, name="法治五老工作室")
    member = join(studio, person, leads=True)
    join(studio, heir, leads=True)
    do(person, secretary, Settled("teams", member.pk))
    assert [one.volunteer for one in studio.members.filter(ends_on=None)] == [heir]


@pytest.mark.parametrize("state", ["resting", "left", "deceased"])
def test_an_heir_must_be_active(village: Unit, secretary: User, person: Volunteer, state: str) -> None:
    gone: dict[str, Any] = {"left_on": TODAY} if state in ("left", "deceased") else {}
    other = make_volunteer(village, status=state, **gone)
    member = join(make_team(village), person)
    with pytest.raises(ValidationError, match="接替人要在册"):
        do(person, secretary, Settled("teams", member.pk, other.pk))


def test_an_heir_comes_from_what_the_editor_sees(
    township: Unit, village: Unit, secretary: User, person: Volunteer
) -> None:
    stranger = make_volunteer(make_unit(township.parent or township, name="云峰镇"), name="外乡人")
    member = join(make_team(village), person)
    assert stranger not in find_heirs(secretary, person, "外乡")
    with pytest.raises(ValidationError, match="接替人要在册"):
        do(person, secretary, Settled("teams", member.pk, stranger.pk))
    # The county's office sees them, but a pairing goes on within the township of the child.
    office = make_member(Unit.objects.get(parent=None), Role.COUNTY_OFFICE)
    pairing = make_pairing(make_child(village), person)
    with pytest.raises(ValidationError, match="孩子所在乡镇"):
        do(person, office, Settled("pairings", pairing.pk, stranger.pk))
    do(person, office, Settled("teams", member.pk, stranger.pk), Settled("pairings", pairing.pk))
    pairing.refresh_from_db()
    assert pairing.end_reason == "退出，暂无接替人"


def test_who_rests_may_hand_over_and_asks_for_nothing(village: Unit, secretary: User, person: Volunteer) -> None:
    join(make_team(village), person)
    done = do(person, secretary, leaving=Leaving(status="resting", reason="休养"))
    assert (done.status, done.resting_since, done.resting_reason) == ("resting", TODAY, "休养")
    assert count_left_open(secretary) == (0, 0)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"on": TODAY + datetime.timedelta(days=1)}, "on"),
        ({"on": datetime.date(2019, 12, 31)}, "on"),
        ({"leaving": None}, "status"),
    ],
)
def test_days_and_states_that_cannot_be(person: Volunteer, secretary: User, more: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        do(person, secretary, **more)
    assert list(refused.value.message_dict) == [field]


def test_the_second_of_two_writers_is_told(person: Volunteer, secretary: User) -> None:
    version = person.updated_at
    do(person, secretary)
    with pytest.raises(ChangedError):
        do(person, secretary, seen=version, leaving=None)


def test_a_record_that_is_not_theirs_is_not_settled(village: Unit, secretary: User, person: Volunteer) -> None:
    others = join(make_team(village), make_volunteer(village))
    with pytest.raises(ValidationError, match="情况刚刚有变"):
        do(person, secretary, Settled("teams", others.pk))
    with pytest.raises(ValidationError, match="没有这样的记录"):
        do(person, secretary, Settled("votes", 1))
    others.refresh_from_db()
    assert others.ends_on is None


def test_a_stranger_s_roster_is_refused(person: Volunteer) -> None:
    other = make_member(make_unit(make_county("510825", "旺苍县")))
    with pytest.raises(PermissionDenied):
        do(person, other)


def test_what_the_user_may_not_settle_is_a_number_alone(township: Unit, secretary: User, person: Volunteer) -> None:
    far = make_unit(township.parent or township, name="云峰镇")
    child = make_child(far, name="何小明")
    make_pairing(child, person)
    (group,) = open_groups(person, secretary)
    assert (group.kind.key, list(group.records), group.elsewhere) == ("pairings", [], 1)
    client = Client()
    client.force_login(secretary)
    page = client.get(reverse("volunteers:volunteer_hand_over", args=[person.pk])).content.decode()
    assert "1 对不在您的范围" in page
    assert child.number not in page
    with pytest.raises(ValidationError, match="情况刚刚有变"):
        do(person, secretary, Settled("pairings", Pairing.objects.get().pk))


# Pages


def url_of(person: Volunteer) -> str:
    return reverse("volunteers:volunteer_hand_over", args=[person.pk])


def hidden(form: Any) -> dict[str, str]:
    """What a page carries on to the next step."""
    return {name: form[name].value() or "" for name in form.fields}


def test_three_steps_to_the_end(village: Unit, secretary: User, person: Volunteer, heir: Volunteer) -> None:
    member = join(make_team(village, name="长江村宣讲团"), person)
    pairing = make_pairing(make_child(village), person)
    client = Client()
    client.force_login(secretary)
    page = client.get(url_of(person))
    assert "杜承志名下有 2 项要移交" in page.content.decode()
    said = {**hidden(page.context["form"]), "status": "deceased", "on": f"{TODAY}", "reason": ""}

    page = client.post(url_of(person), {**said, "step": "who"})
    assert "长江村宣讲团" in page.content.decode()
    assert "冯定国（长江村）" in page.content.decode()
    # A search keeps what was chosen.
    found = make_volunteer(village, name="任素芳")
    said |= {"chosen": str(heir.pk), f"teams_{member.pk}": "chosen", f"pairings_{pairing.pk}": "later"}
    page = client.post(url_of(person), {**said, "step": "find", "find": "任素"})
    form = page.context["form"]
    assert [one.name for one in form.pool] == ["冯定国", "任素芳"]
    assert (form["chosen"].value(), form[f"pairings_{pairing.pk}"].value()) == (str(heir.pk), "later")

    said |= {f"pairings_{pairing.pk}": str(found.pk), "find": "任素"}
    page = client.post(url_of(person), {**said, "step": "preview"})
    text = page.content.decode()
    assert "这是预览" in text
    assert "交给 冯定国" in text
    assert "交给 任素芳" in text
    person.refresh_from_db()
    assert person.status == "active"

    sent = {**hidden(page.context["form"]), "step": "do"}
    page = client.post(url_of(person), sent, follow=True)
    assert "名下没有要移交的了" in page.content.decode()
    person.refresh_from_db()
    assert person.status == "deceased"
    assert set(TeamMember.objects.filter(ends_on=None).values_list("volunteer", flat=True)) == {heir.pk}
    # Sent twice by a double tap, it is done once.
    assert client.post(url_of(person), sent).status_code == 302
    assert Pairing.objects.filter(volunteer=found).count() == 1


def test_nobody_chosen_is_said_at_the_record(village: Unit, secretary: User, person: Volunteer) -> None:
    member = join(make_team(village), person)
    client = Client()
    client.force_login(secretary)
    said = {**hidden(client.get(url_of(person)).context["form"]), "status": "left", "on": f"{TODAY}", "reason": "走了"}
    page = client.post(url_of(person), {**said, f"teams_{member.pk}": "chosen", "step": "preview"})
    assert page.context["form"].errors[f"teams_{member.pk}"] == [
        f"{member.team.name}：请先选接替人；没有人接的，选“只结束”或“以后再办”。"
    ]
    assert "还没有改动" not in page.content.decode()


def test_every_record_without_a_successor_is_named(village: Unit, secretary: User, person: Volunteer) -> None:
    first, second = (join(make_team(village, name=name), person) for name in ("河街宣讲团", "长江合唱队"))
    pairing = make_pairing(make_child(village), person)
    client = Client()
    client.force_login(secretary)
    said = {**hidden(client.get(url_of(person)).context["form"]), "status": "left", "on": f"{TODAY}", "reason": "走了"}
    said |= dict.fromkeys((f"teams_{first.pk}", f"teams_{second.pk}", f"pairings_{pairing.pk}"), "chosen")
    page = client.post(url_of(person), {**said, "step": "preview"}).content.decode()
    summary = page.split('id="errors"')[1].split("<form")[0]
    assert "河街宣讲团：请先选接替人" in summary
    assert "长江合唱队：请先选接替人" in summary
    assert f"{pairing.child.number}" in summary
    assert summary.count("请先选接替人") == 3


@pytest.mark.parametrize("status", ["active", "left"])
def test_who_leaves_everything_for_later_is_told_that_nothing_was_handed_over(
    village: Unit, secretary: User, person: Volunteer, status: str
) -> None:
    member = join(make_team(village), person)
    client = Client()
    client.force_login(secretary)
    gone = status == "left"
    if gone:
        Volunteer.objects.filter(pk=person.pk).update(status="left", left_on=TODAY, left_reason="走了")
    said = {**hidden(client.get(url_of(person)).context["form"]), "on": f"{TODAY}", f"teams_{member.pk}": "later"}
    said |= {} if gone else {"status": "left", "reason": "走了"}
    page = client.post(url_of(person), {**said, "step": "do"}, follow=True)
    first = "" if gone else "已登记退出，"
    assert [str(one) for one in page.context["messages"]] == [f"{first}还没有移交：杜承志名下有 1 项以后再办。"]
    assert "已办理" not in page.content.decode()


def test_ending_a_post_asks_for_the_whole_document(village: Unit, secretary: User, person: Volunteer) -> None:
    post = make_appointment(village, person, post="member")
    client = Client()
    client.force_login(secretary)
    said = {**hidden(client.get(url_of(person)).context["form"]), "status": "left", "on": f"{TODAY}", "reason": "走了"}
    said |= {f"posts_{post.pk}": "end", "post_document": "亭委发〔2025〕9号"}
    page = client.post(url_of(person), {**said, "step": "preview"})
    assert set(page.context["form"].errors) == {"post_issued_by", "post_issued_on", "post_ends_on", "post_reason"}
    said |= {"post_issued_by": "中共亭子镇委员会", "post_issued_on": f"{TODAY}", "post_reason": "resigned"}
    early = {**said, "post_ends_on": "2020-01-01", "step": "do"}
    assert list(client.post(url_of(person), early).context["form"].errors) == [f"posts_{post.pk}"]
    assert client.post(url_of(person), {**said, "post_ends_on": f"{TODAY}", "step": "do"}).status_code == 302
    post.refresh_from_db()
    assert (post.ends_on, post.end_reason) == (TODAY, "resigned")


def test_saying_in_the_form_that_somebody_died_leads_to_the_hand_over(
    village: Unit, secretary: User, person: Volunteer
) -> None:
    join(make_team(village), person)
    client = Client()
    client.force_login(secretary)
    form = client.get(f"{page_of(person)}edit/").context["form"]
    kept = {name: form[name].value() for name in ("unit", "name", "kind", "joined_on", "seen", "sex")}
    response = client.post(f"{page_of(person)}edit/", {**kept, "status": "deceased", "left_on": f"{TODAY}"})
    assert response.headers["Location"] == url_of(person)
    assert "离世后还有工作没有移交" in client.get(page_of(person)).content.decode()
    assert "已退出、离世或暂停的 1 人还有 1 项没有移交" in client.get("/").content.decode()
    listed = client.get(reverse("volunteers:hand_over_list"))
    assert [(one.name, one.open_count) for one in listed.context["listing"].page] == [("杜承志", 1)]
    # Nothing is said of it any more when it is done.
    member = TeamMember.objects.get()
    person.refresh_from_db()
    do(person, secretary, Settled("teams", member.pk), leaving=None)
    assert "没有移交" not in client.get("/").content.decode()
    assert "工作没有移交" not in client.get(page_of(person)).content.decode()
    assert "名下没有要移交的" in client.get(url_of(person)).content.decode()


def test_a_reader_sees_that_something_is_open_and_not_what(township: Unit, person: Volunteer) -> None:
    make_pairing(make_child(person.unit), person)
    Volunteer.objects.filter(pk=person.pk).update(status="left", left_on=TODAY)
    client = signed_in(Unit.objects.get(pk=township.pk), Role.REVIEWER)
    page = client.get(page_of(person)).content.decode()
    assert "退出后还有工作没有移交" in page
    assert "结对 1 对" not in page
    assert client.get(url_of(person)).status_code == 403


def test_a_stranger_gets_404_and_another_method_405(township: Unit, village: Unit, person: Volunteer) -> None:
    stranger = signed_in(make_unit(township.parent or township, name="云峰镇"))
    assert stranger.get(url_of(person)).status_code == 404
    assert stranger.post(url_of(person), {"step": "do"}).status_code == 404
    assert signed_in(Unit.objects.get(pk=township.pk)).put(url_of(person)).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_same_however_much_is_open(
    village: Unit, secretary: User, person: Volunteer, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        join(make_team(village), person)
        make_pairing(make_child(village), person)
        make_appointment(village, person, post="member", starts_on=TODAY - datetime.timedelta(days=count))
        gone = make_volunteer(village, status="left", left_on=TODAY)
        join(make_team(village), gone)
    with django_assert_num_queries(7):
        groups = open_groups(person, secretary)
    assert [len(group.records) for group in groups] == [count] * 3
    with django_assert_num_queries(1):
        assert len(gone_with_work(secretary)) == count
    with django_assert_num_queries(1):
        assert count_left_open(secretary) == (count, count)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_hand_over_once() -> None:
    """Two secretaries confirm at the same moment: one is told, and the child has one new helper."""
    county = make_county()
    town = make_unit(county, name="亭子镇")
    office = make_member(Unit.objects.get(pk=county.pk), Role.COUNTY_OFFICE)
    person, first, second = (make_volunteer(town) for _ in range(3))
    pairing = make_pairing(make_child(town), person)
    version, start, outcomes = person.updated_at, threading.Barrier(2, timeout=20), []

    def run(heir: Volunteer) -> None:
        try:
            start.wait()
            by = User.objects.get(pk=office.pk)
            do(person, by, Settled("pairings", pairing.pk, heir.pk), seen=version)
            outcomes.append("done")
        except ChangedError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(heir,)) for heir in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["done", "told"]
    assert Pairing.objects.filter(ends_on=None).count() == 1
