"""The demonstration at a fiftieth of its size: the same rules, the same shares, in a few seconds."""

import datetime
import re
import stat
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from activities.enums import ActivityState
from activities.models import Activity, ActivityDraft, Meeting
from aid.models import Certification, Child, Grant, LedgerEntry, Pairing, Visit
from guanai.identity import birth_date_of, sex_of, validate_id_number
from guanai.models import NumberSeries
from orgs.enums import Role
from orgs.models import Restructuring, Unit, User
from orgs.tree import broken_nodes
from reports.demo import Loaded, Plan, load, stored_accounts
from reports.demo.plan import ACTIVITIES, FUNDS_RAISED, apportion
from reports.demo.terms import term_end
from reports.services import figures, figures_table
from volunteers.duplicates import pairs_for_user
from volunteers.enums import VETERAN_KINDS, VETERAN_POSTS, TeamKind
from volunteers.handing_over import count_left_open
from volunteers.models import Appointment, Honour, Team, TeamMember, Volunteer

TODAY = datetime.date(2026, 11, 23)
PLAN = Plan(today=TODAY, scale=0.02, towns=4)


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """One load for all tests of this module, none of which writes."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), override_settings(VAR_DIR=folder), transaction.atomic():
        yield load(plan=PLAN)
        transaction.set_rollback(True)


def test_identity_numbers_are_valid_and_agree_with_the_person(loaded: Loaded) -> None:
    people = [*Volunteer.objects.exclude(id_index=None), *Child.objects.exclude(id_number=None)]
    assert len(people) > 100
    for person in people:
        validate_id_number(person.id_number)
        assert birth_date_of(person.id_number) == person.birth_date
        assert sex_of(person.id_number) == person.sex


def test_who_has_no_document_has_a_reason(loaded: Loaded) -> None:
    without = Volunteer.objects.filter(id_index=None)
    assert without.exists()
    assert not without.filter(no_id_reason="").exists()


def test_keepers_of_rosters_find_something_to_put_right(loaded: Loaded) -> None:
    office = User.objects.get(username="zhoumin")
    assert pairs_for_user(office)[1] > 0
    people, things = count_left_open(office)
    assert people == 1
    assert things >= 1


def test_veterans_are_of_retirement_age(loaded: Loaded) -> None:
    ages = [2025 - person.birth_date.year for person in Volunteer.objects.veterans() if person.birth_date]
    assert min(ages) >= 60
    assert max(ages) <= 88


def test_no_account_is_ever_below_zero(loaded: Loaded) -> None:
    balances: Counter[tuple[int, str]] = Counter()
    entries = LedgerEntry.objects.order_by("posted_on", "amount", "pk")
    assert entries.filter(amount__lt=0).exists()
    for entry in entries:
        key = entry.account_id, entry.gift
        balances[key] += entry.amount  # type: ignore[assignment]  # a Counter of money
        assert balances[key] >= 0, f"{entry.account} on {entry.posted_on}"


def test_main_year_adds_up_to_the_plan(loaded: Loaded) -> None:
    found = figures(2025, loaded.county)
    assert found["core"] == PLAN.count(5083)
    assert found["tutoring_sessions"] == PLAN.count(124)
    assert found["talks"] == PLAN.count(656) + PLAN.count(392)
    assert found["pairings"] == PLAN.count(1204)
    assert found["funds_raised"] == PLAN.money(FUNDS_RAISED, 2025)
    assert found["student_grants"] == PLAN.count(716)


def test_year_before_stands_at_nine_tenths(loaded: Loaded) -> None:
    before, main = figures(2024, loaded.county), figures(2025, loaded.county)
    assert before["funds_raised"] == PLAN.money(FUNDS_RAISED, 2024)
    assert before["activities"] == sum(PLAN.count(count, 2024) for count in ACTIVITIES.values())
    assert before["activities"] <= main["activities"]


def test_nothing_lies_ahead_of_today(loaded: Loaded) -> None:
    assert not Activity.objects.filter(held_on__gt=TODAY).exists()
    assert not Visit.objects.filter(held_on__gt=TODAY).exists()
    assert not LedgerEntry.objects.filter(posted_on__gt=TODAY).exists()
    assert not Volunteer.objects.filter(Q(joined_on__gt=TODAY) | Q(left_on__gt=TODAY)).exists()
    assert not Child.objects.filter(Q(registered_on__gt=TODAY) | Q(closed_on__gt=TODAY)).exists()
    assert not Appointment.objects.filter(Q(starts_on__gt=TODAY) | Q(ends_on__gt=TODAY)).exists()
    days = ("applied_on", "checked_on", "reviewed_on", "approved_on", "paid_on", "signed_on", "refused_on")
    assert not Grant.objects.filter(Q(*((f"{day}__gt", TODAY) for day in days), _connector=Q.OR)).exists()


def test_speakers_stood_on_the_roster_that_day(loaded: Loaded) -> None:
    spoken = Activity.speakers.through.objects.select_related("activity", "volunteer")
    assert spoken.exists()
    for row in spoken:
        assert row.volunteer.joined_on <= row.activity.held_on
        assert row.volunteer.left_on is None or row.volunteer.left_on > row.activity.held_on


def test_records_keep_the_rules_of_the_services(loaded: Loaded) -> None:
    assert not Activity.objects.filter(reviewed_by=F("recorded_by")).exists()
    assert not Activity.objects.filter(co_hosts=F("unit")).exists()
    assert not Child.objects.exclude(pk__in=Child.objects.filter(consents__signed_on__lte=F("registered_on"))).exists()
    assert not Certification.objects.filter(certified_on__gt=F("child__registered_on")).exists()
    assert not Pairing.objects.filter(starts_on__lt=F("child__registered_on")).exists()
    assert not Visit.objects.filter(held_on__lt=F("pairing__starts_on")).exists()
    assert not Visit.objects.filter(held_on__gt=F("pairing__ends_on")).exists()
    assert not Grant.objects.filter(applied_on__lt=F("child__registered_on")).exists()
    paid = Grant.objects.filter(paid_on__isnull=False).annotate(posted=Count("entries"))
    assert paid.exists()
    assert not paid.exclude(posted=1).exists()
    for grant in paid.select_related("child__unit", "account__unit"):
        assert grant.child.unit.is_descendant_of(grant.account.unit, include_self=True)


def test_teams_keep_the_rules_of_the_services(loaded: Loaded) -> None:
    studios = Team.objects.filter(kind=TeamKind.STUDIO)
    assert studios.exists()
    leaders = Count("members", filter=Q(members__leads=True, members__ends_on=None))
    assert set(studios.annotate(leaders=leaders).values_list("leaders", flat=True)) <= {1, 2}
    members = TeamMember.objects.exclude(team__founded_on__gt=F("starts_on"))
    assert members.count() == TeamMember.objects.count()
    assert TeamMember.objects.filter(ends_on__lte=TODAY).exists()
    assert not TeamMember.objects.filter(Q(starts_on__gt=TODAY) | Q(ends_on__gt=TODAY)).exists()
    assert Team.objects.exclude(dissolved_reason="").filter(dissolved_on__lte=TODAY).exists()
    assert Honour.objects.filter(team=None).exists()
    assert not Honour.objects.filter(Q(awarded_on__gt=TODAY) | Q(awarded_on__lt=F("team__founded_on"))).exists()


def test_posts_keep_the_rules_of_the_services(loaded: Loaded) -> None:
    deputies = Appointment.objects.filter(post__in=VETERAN_POSTS)
    assert deputies.exists()
    assert not deputies.exclude(volunteer__kind__in=VETERAN_KINDS).exists()
    ended = Appointment.objects.exclude(ends_on=None)
    assert ended.exists()
    assert not ended.filter(Q(end_reason="") | Q(dismissal_document="") | Q(dismissal_issued_on=None)).exists()
    assert not Appointment.objects.exclude(official="").filter(official_office="").exists()
    assert Appointment.objects.filter(ends_on=None, term_ends_on__gt=TODAY).exists()


def test_a_term_ends_on_the_day_before_its_anniversary(loaded: Loaded) -> None:
    terms = Appointment.objects.exclude(term_ends_on=None).values_list("starts_on", "term_ends_on")
    late = 0
    for starts_on, term_ends_on in terms:
        assert term_ends_on is not None
        after = term_ends_on + datetime.timedelta(days=1)
        assert (after.month, after.day) == (starts_on.month, starts_on.day) or (starts_on.month, starts_on.day) == (
            2,
            29,
        )
        assert (after.year - starts_on.year) % 5 == 0
        late += starts_on.day > 28
    assert late


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        ("2023-03-01", "2028-02-29"),
        ("2022-03-31", "2027-03-30"),
        ("2024-02-29", "2029-02-28"),
        ("2020-06-01", "2030-05-31"),
    ],
)
def test_terms_are_whole_years(starts_on: str, ends_on: str) -> None:
    day = datetime.date.fromisoformat
    assert term_end(day(starts_on), TODAY, slipped=False) == day(ends_on)


def test_a_term_that_was_let_slip_by_is_the_one_before() -> None:
    assert term_end(datetime.date(2020, 6, 1), TODAY, slipped=True) == datetime.date(2025, 5, 31)
    assert term_end(datetime.date(2023, 6, 1), TODAY, slipped=True) == datetime.date(2028, 5, 31)


def test_tree_is_sound(loaded: Loaded) -> None:
    assert broken_nodes() == []


def test_coverage_page_has_something_to_say(loaded: Loaded) -> None:
    found = figures(2025, loaded.county)
    assert 0.9 < found["coverage"] < 1
    assert Unit.objects.filter(has_young_people=False).exists() or PLAN.towns is not None


def test_series_go_on_where_the_numbers_end(loaded: Loaded) -> None:
    numbers = set(Volunteer.objects.values_list("number", flat=True))
    for series in NumberSeries.objects.filter(kind="volunteer"):
        assert f"{series.scope}-W{series.last:04d}" in numbers
        assert f"{series.scope}-W{series.last + 1:04d}" not in numbers
    given = Counter(Activity.objects.values_list("unit__code", "held_on__year"))
    taken = {(series.scope, series.year): series.last for series in NumberSeries.objects.filter(kind="activity")}
    assert given == taken


def test_desks_are_not_empty(loaded: Loaded) -> None:
    for account in loaded.accounts.sign_ins:
        if account["role"] == Role.SECRETARY:
            assert ActivityDraft.objects.filter(user__username=account["username"]).count() == 2
    assert Activity.objects.filter(state=ActivityState.RETURNED, return_note__gt="").exists()


def test_every_role_can_sign_in(loaded: Loaded) -> None:
    accounts = loaded.accounts.sign_ins
    assert {account["role"] for account in accounts} == set(Role.values)
    assert len({account["unit_code"] for account in accounts if account["role"] == Role.SECRETARY}) >= 2
    for account in accounts:
        user = User.objects.get(username=account["username"])
        assert user.check_password(account["password"])
        assert user.memberships.get().role == account["role"]
        assert user.memberships.get().unit.code == account["unit_code"]
    assert len({account["password"] for account in accounts}) == len(accounts)


def test_accounts_are_kept_for_their_owner_alone(loaded: Loaded) -> None:
    assert stored_accounts() == loaded.accounts.sign_ins
    assert stat.S_IMODE(loaded.accounts.path.stat().st_mode) == 0o600


def test_recorders_without_sign_in_have_no_password(loaded: Loaded) -> None:
    recorder = User.objects.filter(username__startswith="secretary-").first()
    assert recorder is not None
    assert not recorder.has_usable_password()


def test_second_load_is_refused(loaded: Loaded) -> None:
    before = Volunteer.objects.count()
    with pytest.raises(ValueError, match="holds records already"):
        load(plan=PLAN)
    assert Volunteer.objects.count() == before


def test_apportioned_shares_add_up() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(apportion(1068, [0.3, 7, 2.2, 9])) == 1068


def test_plan_refuses_a_day_before_its_year() -> None:
    with pytest.raises(ValueError, match="has not begun"):
        Plan(today=datetime.date(2024, 12, 31))


def test_what_lies_sent_back_has_the_mistake_that_the_note_names(loaded: Loaded) -> None:
    sent_back = [one for one in Activity.objects.filter(return_note__startswith="摘要里写") if one.summary]
    assert sent_back
    for activity in sent_back:
        told, given = (int(number) for number in re.findall(r"\d+", activity.return_note))
        assert f"留守、困境儿童有 {told} 人" in activity.summary
        assert given == activity.in_need != told


def test_meetings_fit_their_season(loaded: Loaded) -> None:
    for word, months in (("暑期", {5, 6, 7}), ("年度工作总结", {1, 12})):
        found = Meeting.objects.filter(Q(name__contains=word) | Q(decisions__contains=word))
        assert {meeting.held_on.month for meeting in found} <= months
        assert found


def test_documents_changed_the_network_in_the_main_year(loaded: Loaded) -> None:
    changes = Restructuring.objects.order_by("effective_on")
    assert {change.effective_on.year for change in changes} == {2025}
    assert [change.headline for change in changes] == [
        "陈石村由村改为社区，更名为陈石社区",
        "张王村并入柏树村",
        "苍溪县梨乡果业有限公司由苍溪县划转到云峰镇",
    ]
    codes = ["activities", "veterans", "committees"]
    now = figures_table(2025, loaded.county, codes)
    then = figures_table(2025, loaded.county, codes, as_of=datetime.date(2025, 1, 1))
    assert now[loaded.county.pk] == then[loaded.county.pk]
    town = Unit.objects.get(name="云峰镇")
    assert now[town.pk] != then[town.pk]


def test_nothing_is_recorded_for_a_village_after_its_merger(loaded: Loaded) -> None:
    """What it had until then stays with it and counts in its successor now; by the eve's tree both stand apart."""
    gone, stays = Unit.objects.get(name="张王村村民委员会"), Unit.objects.get(name="柏树村村民委员会")
    assert (gone.successor, gone.parent) == (stays, stays)
    assert gone.closed_on == datetime.date(2025, 6, 25)
    assert not Activity.objects.filter(unit=gone, held_on__gte=gone.closed_on).exists()
    assert not Appointment.objects.filter(unit=gone).running(TODAY).exists()
    assert not gone.years.filter(year__gt=2025).exists()
    codes = ["veterans", "committees_required"]
    now = figures_table(2025, loaded.county, codes)
    then = figures_table(2025, loaded.county, codes, as_of=datetime.date(2025, 6, 24))
    assert then[gone.pk]["veterans"]
    assert now[stays.pk]["veterans"] == then[stays.pk]["veterans"] + then[gone.pk]["veterans"]
    assert (now[stays.pk]["committees_required"], then[gone.pk]["committees_required"]) == (1, 0)
