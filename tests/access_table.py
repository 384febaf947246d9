"""Who may open which address: written out here by hand, beside the code and not from it.

`tests/test_access.py` asks every address for every role, inside and outside the branch, and fails on an address that
is missing here.
"""

import base64
import datetime
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from activities.models import Activity, ActivityDraft, FollowUp, Inclusion, Meeting
from aid.models import Child, Consent, Grant, LedgerEntry, Pairing
from guanai.attachments import store_attachment
from guanai.clear_files import store_clear_file
from guanai.job_files import store_file
from guanai.models import Attachment, Job, RowEvent
from orgs.enums import ChangeVerb, Role
from orgs.models import ApiToken, Membership, Restructuring, Unit, User
from orgs.services import Change, Order, order_change
from reports.services import YEAR_REPORT
from tests.activities.factories import make_meeting
from tests.factories import (
    make_activity,
    make_appointment,
    make_child,
    make_donation,
    make_fund_account,
    make_grant,
    make_honour,
    make_member,
    make_pairing,
    make_team,
    make_team_member,
    make_unit,
    make_venue,
    make_visit,
    make_volunteer,
)
from tests.volunteers.imports.sheets import csv_of
from volunteers.models import Appointment, RosterImport, Speciality, Team, TeamMember, Volunteer
from volunteers.services.import_jobs import ROSTER_IMPORT
from volunteers.services.register_forms import REGISTER_FORM

O, S, C, R = Role.COUNTY_OFFICE, Role.SECRETARY, Role.CLERK, Role.REVIEWER  # noqa: E741 - a column of the table
M, A, L, D, Y = (
    Role.FUND_MANAGER,
    Role.FUND_APPROVER,
    Role.LEADER,
    Role.AUDITOR,
    Role.SYSTEM_ADMIN,
)
EVERYBODY = frozenset(Role)
NETWORK = frozenset({O, S, C, R, M, A, L})
ROSTER = frozenset({O, S, C, R})
PERSONAL = frozenset({O, S})
RECORDERS = frozenset({O, S, C})
REVIEWERS = frozenset({O})
CHILDREN = frozenset({O, S, M, A})
FUND = frozenset({O, S, M, A})
MANAGERS = frozenset({M})
BUILDERS = frozenset({O, L})
OFFICE = frozenset({O})
SCORED = frozenset({O, S, R, L})
SCORERS = frozenset({O, R, L})
AUDITORS = frozenset({D})
KEEPERS = frozenset({Y})
# The lists of 特长 and 爱好 hang on no unit: there is this one.
A_TERM: dict[str, Any] = {"terms": "specialities", "pk": 999_999}


@dataclass(frozen=True)
class Side:
    """One township with a village and a record of each kind in the village, each with a word that gives it away."""

    township: Unit
    village: Unit
    volunteer: Volunteer
    activity: Activity
    meeting: Meeting
    child: Child
    consent: Consent
    pairing: Pairing
    grant: Grant
    entry: LedgerEntry
    account: User
    membership: Membership
    marks: tuple[str, ...]


def make_side(county: Unit, word: str, code: str) -> Side:
    township = make_unit(county, name=f"{word}镇", code=code)
    village = make_unit(township, name=f"{word}村村民委员会", code=f"{code}201")
    Speciality.objects.get_or_create(pk=A_TERM["pk"], name="书画")
    volunteer = make_volunteer(village, name=f"{word}五老")
    venue = make_venue(village, name=f"{word}基地")
    activity = make_activity(village, name=f"{word}宣讲", venue=venue, speakers=[volunteer])
    meeting = make_meeting(village, name=f"{word}会议")
    child = make_child(village)
    pairing = make_pairing(child, volunteer)
    make_visit(pairing)
    account = make_fund_account(township, name=f"{word}基金")
    donation = make_donation(account, donor=f"{word}公司")
    grant = make_grant(child, account, item=f"{word}助学")
    clerk = make_member(village, Role.CLERK, name=f"{word}填报员")
    return Side(
        township=Unit.objects.get(pk=township.pk),
        village=Unit.objects.get(pk=village.pk),
        volunteer=volunteer,
        activity=activity,
        meeting=meeting,
        child=child,
        consent=child.consents.get(),
        pairing=pairing,
        grant=grant,
        entry=LedgerEntry.objects.get(donation=donation),
        account=clerk,
        membership=clerk.memberships.get(),
        # Names carry the word, numbers of people, children, activities and receipts the code.
        marks=(word, code),
    )


def own_draft(side: Side, user: User) -> dict[str, Any]:
    """A draft is its writer's: on the other side stands somebody else's."""
    mine = side.village.name.startswith("内")
    owner = user if mine else side.activity.recorded_by
    return {"key": ActivityDraft.objects.create(user=owner, key=uuid.uuid4(), fields={}).key}


def own_build(side: Side, user: User) -> dict[str, Any]:
    """A build of the year-end report is for whoever asked for it."""
    return {"pk": _build(side, user).pk}


def own_file(side: Side, user: User) -> dict[str, Any]:
    return {"pk": store_file(job=_build(side, user), name="report.docx", label="报告", content=b"a paper").pk}


def _build(side: Side, user: User) -> Job:
    owner = user if side.village.name.startswith("内") else side.activity.recorded_by
    return Job.objects.create(kind=YEAR_REPORT, owner=owner, parameters={"year": 2025, "unit": "510824"})


def founded(side: Side, user: User) -> dict[str, Any]:
    """A committee that may be withdrawn."""
    Unit.objects.filter(pk=side.village.pk).update(committee_established_on=datetime.date(2015, 6, 1))
    return {"code": side.village.code}


def founded_this_year(side: Side, user: User) -> dict[str, Any]:
    """A committee, since only a committee has means."""
    return {**founded(side, user), "year": 2025}


def own_import(side: Side, user: User) -> dict[str, Any]:
    """A file that the user has uploaded; outside their branch, that somebody else has."""
    content = base64.b85encode(csv_of(("姓名", "证件号"), ("张三", "1"))).decode()
    owner = user if side.village.name.startswith("内") else side.activity.recorded_by
    outline = json.dumps({"sheet": "", "others": [], "headings": ["姓名", "证件号"]})
    fields = ["name", "id_number"]
    made = RosterImport.objects.create(
        unit=side.village, by=owner, content=content, fields=fields, outline=outline, length=1
    )
    return {"pk": made.pk}


def import_at_work(side: Side, user: User) -> dict[str, Any]:
    """The same, given to a worker."""
    target = own_import(side, user)
    job = Job.objects.create(kind=ROSTER_IMPORT, owner=user, parameters={"import": target["pk"], "work": "check"})
    RosterImport.objects.filter(pk=target["pk"]).update(job=job)
    return target


def own_form_file(side: Side, user: User) -> dict[str, Any]:
    """A register form in clear that the user has made; on the other side lies somebody else's."""
    owner = user if side.village.name.startswith("内") else side.activity.recorded_by
    made = store_clear_file(
        kind=REGISTER_FORM,
        owner=owner,
        label="登记表",
        suffix="docx",
        content=b"a form",
        record=Volunteer,
        given={side.volunteer.pk: []},
        reason="核对",
    )
    return {"pk": made.pk}


def a_scan(user: User) -> Attachment:
    return store_attachment(file=SimpleUploadedFile("a.pdf", b"%PDF-1.7 a paper"), by=user, label="文件")


def scanned(side: Side, user: User) -> dict[str, Any]:
    """A committee with the scan of its document."""
    Unit.objects.filter(pk=side.village.pk).update(committee_scan=a_scan(user))
    return {"code": side.village.code}


def minuted(side: Side, user: User) -> dict[str, Any]:
    """A meeting with its minutes scanned."""
    Meeting.objects.filter(pk=side.meeting.pk).update(scan=a_scan(user))
    return {"pk": side.meeting.pk}


def follow_up(side: Side, user: User) -> dict[str, Any]:
    row = FollowUp.objects.create(meeting=side.meeting, text="配齐", owner="某人", due_on=datetime.date(2026, 1, 1))
    return {"pk": row.pk}


def cell(side: Side, user: User) -> dict[str, Any]:
    return {"code": side.village.code, "year": 2025, "kind": "agenda"}


def evidenced(side: Side, user: User) -> dict[str, Any]:
    """One of 五纳入五统一 with its document scanned."""
    key = cell(side, user)
    day = datetime.date(2025, 3, 1)
    Inclusion.objects.create(
        unit=side.village, year=2025, kind=key["kind"], document="文号", dated_on=day, scan=a_scan(user)
    )
    return key


def appointed(side: Side, user: User) -> dict[str, Any]:
    """The village's director: one holds the post, however often this is asked."""
    held = Appointment.objects.filter(unit=side.village).first()
    return {"pk": (held or make_appointment(side.village, official=f"{side.marks[0]}书记")).pk}


def posted(side: Side, user: User) -> dict[str, Any]:
    """An appointment with its document scanned."""
    key = appointed(side, user)
    Appointment.objects.filter(**key).update(scan=a_scan(user))
    return {**key, "which": "appointment"}


def teamed(side: Side, user: User) -> dict[str, Any]:
    """The village's team, with the village's 五老 in it."""
    name = f"{side.marks[0]}团"
    team = Team.objects.filter(unit=side.village, name=name).first() or make_team(side.village, name=name)
    if not team.members.exists():
        make_team_member(team, side.volunteer)
    return {"pk": team.pk}


def in_team(side: Side, user: User) -> dict[str, Any]:
    return {"pk": TeamMember.objects.get(team_id=teamed(side, user)["pk"]).pk}


def honoured(side: Side, user: User) -> dict[str, Any]:
    """An honour of the village's 五老 with its certificate scanned."""
    return {"pk": make_honour(side.volunteer, name=f"{side.marks[0]}先进", scan=a_scan(user)).pk}


def last_event(unit: Unit) -> int:
    """Something that happened to a record of the unit."""
    return RowEvent.objects.filter(unit_id=unit.pk).latest("pk").pk


def own_token(side: Side, user: User) -> dict[str, Any]:
    """A token of the API is for whoever made it."""
    owner = user if side.village.name.startswith("内") else side.account
    number = ApiToken.objects.count()
    return {
        "pk": ApiToken.objects.create(
            user=owner, name="取数", scope="read", digest=bytes([number]) * 32, expires_at=timezone.now()
        ).pk
    }


def done_change(side: Side, user: User) -> dict[str, Any]:
    """The village got another name today."""
    return {"pk": _renamed(side, timezone.localdate()).pk}


def planned_change(side: Side, user: User) -> dict[str, Any]:
    """The village gets another name tomorrow."""
    return {"pk": _renamed(side, timezone.localdate() + datetime.timedelta(days=1)).pk}


def _renamed(side: Side, day: datetime.date) -> Restructuring:
    change = Change(verb=ChangeVerb.RENAME, units=(side.village,), name=f"新{side.village.name}")
    return order_change(change=change, order=Order(effective_on=day, document="苍府发〔2025〕8号", by=None))


Target = Callable[[Side, User], dict[str, Any]]


def a_pair(side: Side, _: User) -> dict[str, Any]:
    """Two rows of the village that look like one person."""
    twin = make_volunteer(side.village, name=side.volunteer.name)
    return {"first": side.volunteer.pk, "second": twin.pk}


def by_pk(name: str, **more: str) -> Target:
    return lambda side, _: {"pk": getattr(side, name).pk, **more}


def by_unit(side: Side) -> dict[str, str]:
    return {"unit": side.village.code}


@dataclass(frozen=True)
class Row:
    """`roles` may open it. `target` gives the record that it is about, which `seen_by` may see at all."""

    name: str
    roles: frozenset[Role]
    target: Target | None = None
    seen_by: frozenset[Role] = frozenset()
    methods: tuple[str, ...] = ("get",)
    fixed: dict[str, Any] = field(default_factory=dict)
    # The record may also be named in the query.
    query: Callable[[Side], dict[str, str]] | None = None
    # What is done for a whole county is asked by somebody with a role on the county.
    for_county: bool = False
    # What it may tell of the outside, since it offers the county's offices to choose from.
    offers: tuple[str, ...] = ()


BOTH = ("get", "post")
POST = ("post",)
PUBLIC = {"page:sign_in", "page:sign_out", "health"}

TABLE = [
    Row("page:account", EVERYBODY),
    Row("page:more", EVERYBODY),
    Row("page:large_type", EVERYBODY, methods=POST),
    Row("orgs:second_factor", EVERYBODY, methods=BOTH),
    Row("orgs:first_password", EVERYBODY, methods=BOTH),
    Row("orgs:second_factor_setup", EVERYBODY, methods=BOTH),
    Row("orgs:second_factor_change", EVERYBODY, methods=BOTH, fixed={"verb": "codes"}),
    Row("orgs:token_create", EVERYBODY, methods=BOTH),
    Row("orgs:token_revoke", EVERYBODY, own_token, methods=POST),
    Row("orgs:account_list", KEEPERS),
    Row("orgs:account_create", KEEPERS, methods=BOTH),
    Row("orgs:account_detail", KEEPERS, by_pk("account"), KEEPERS),
    Row("orgs:account_name", KEEPERS, by_pk("account"), KEEPERS, BOTH),
    Row("orgs:account_verb", KEEPERS, by_pk("account", verb="password"), KEEPERS, BOTH),
    Row("orgs:role_create", KEEPERS, by_pk("account"), KEEPERS, BOTH),
    Row("orgs:role_end", KEEPERS, by_pk("membership"), KEEPERS, BOTH),
    Row("orgs:unit_list", NETWORK),
    Row("orgs:coverage", NETWORK),
    Row("orgs:coverage_export", NETWORK),
    Row("orgs:trail_list", AUDITORS),
    Row("orgs:trail_export", AUDITORS),
    Row("orgs:trail_detail", AUDITORS, lambda side, _: {"stream": "row", "pk": last_event(side.village)}, AUDITORS),
    Row("orgs:unit_detail", NETWORK, lambda side, _: {"code": side.village.code}, NETWORK),
    Row("orgs:unit_code", OFFICE, lambda side, _: {"code": side.village.code}, NETWORK, BOTH),
    Row("orgs:committee_edit", PERSONAL, lambda side, _: {"code": side.village.code}, NETWORK, BOTH),
    Row("orgs:committee_withdraw", PERSONAL, founded, NETWORK, BOTH),
    Row("orgs:committee_scan", NETWORK, scanned, NETWORK),
    Row("orgs:means_list", NETWORK),
    Row("orgs:means_export", NETWORK),
    Row("orgs:means_edit", NETWORK, founded_this_year, NETWORK),
    Row("orgs:means_edit", PERSONAL, founded_this_year, NETWORK, POST),
    Row("orgs:means_confirm", PERSONAL, methods=POST, fixed={"year": 2025}),
    Row("orgs:change_list", OFFICE),
    Row("orgs:change_start", OFFICE),
    Row("orgs:change_start", OFFICE, query=by_unit),
    Row("orgs:change_create", OFFICE, methods=BOTH, fixed={"verb": "merge"}),
    Row("orgs:change_create", OFFICE, fixed={"verb": "rename"}, query=by_unit),
    Row("orgs:change_detail", OFFICE, done_change, OFFICE),
    Row("orgs:change_take_back", OFFICE, done_change, OFFICE, BOTH),
    Row("orgs:change_cancel", OFFICE, planned_change, OFFICE, BOTH),
    Row("volunteers:volunteer_list", ROSTER),
    Row("volunteers:volunteer_export", ROSTER),
    Row("volunteers:export_columns", ROSTER, methods=BOTH),
    Row("volunteers:register_form", ROSTER, by_pk("volunteer"), ROSTER),
    Row("volunteers:register_form_export", ROSTER, by_pk("volunteer"), ROSTER),
    Row("volunteers:register_form_clear", PERSONAL, by_pk("volunteer"), ROSTER, POST),
    Row("volunteers:register_form_batch", PERSONAL, methods=BOTH),
    Row("volunteers:register_form_file", PERSONAL, own_form_file),
    Row("volunteers:volunteer_find", ROSTER, methods=POST),
    Row("volunteers:search", ROSTER),
    Row("volunteers:volunteer_create", PERSONAL, methods=BOTH),
    Row("volunteers:volunteer_detail", ROSTER, by_pk("volunteer"), ROSTER),
    Row("volunteers:volunteer_history", ROSTER, by_pk("volunteer"), ROSTER),
    Row("volunteers:volunteer_edit", PERSONAL, by_pk("volunteer"), ROSTER, BOTH),
    Row("volunteers:volunteer_reveal", PERSONAL, by_pk("volunteer", field="phone"), ROSTER, BOTH),
    Row("volunteers:term_list", OFFICE, for_county=True),
    Row("volunteers:term_create", OFFICE, methods=POST, fixed={"terms": "interests"}, for_county=True),
    Row("volunteers:term_edit", OFFICE, methods=BOTH, fixed=A_TERM, for_county=True),
    Row("volunteers:term_merge", OFFICE, methods=BOTH, fixed=A_TERM, for_county=True),
    Row("volunteers:term_remove", OFFICE, methods=BOTH, fixed=A_TERM, for_county=True),
    Row("volunteers:term_move", OFFICE, methods=POST, fixed=A_TERM, for_county=True),
    Row("volunteers:volunteer_hand_over", PERSONAL, by_pk("volunteer"), ROSTER, BOTH),
    Row("volunteers:hand_over_list", PERSONAL),
    Row("volunteers:duplicate_list", PERSONAL),
    Row("volunteers:duplicate_pair", PERSONAL, a_pair, ROSTER, BOTH),
    Row("volunteers:check_list", PERSONAL),
    Row("volunteers:check_confirm", PERSONAL, methods=POST),
    Row("volunteers:import_start", PERSONAL, methods=BOTH),
    Row("volunteers:import_detail", PERSONAL, own_import, methods=BOTH),
    Row("volunteers:import_columns", PERSONAL, own_import, methods=BOTH),
    Row("volunteers:import_error_file", PERSONAL, own_import),
    Row("volunteers:import_progress", PERSONAL, import_at_work),
    Row("volunteers:import_retry", PERSONAL, own_import, methods=POST),
    Row("volunteers:import_commit", PERSONAL, own_import, methods=POST),
    Row("volunteers:import_undo", PERSONAL, own_import, methods=POST),
    Row("activities:activity_list", ROSTER),
    Row("activities:activity_export", ROSTER),
    Row("activities:activity_create", RECORDERS, methods=BOTH),
    Row("activities:activity_detail", ROSTER, by_pk("activity"), ROSTER),
    Row("activities:activity_edit", RECORDERS, by_pk("activity"), ROSTER, BOTH),
    Row("activities:activity_return", REVIEWERS, by_pk("activity"), ROSTER, BOTH),
    Row("activities:activity_accept", REVIEWERS, by_pk("activity"), ROSTER, POST),
    Row("activities:draft_list", RECORDERS),
    Row("activities:draft_save", RECORDERS, methods=POST),
    Row("activities:draft_discard", RECORDERS, own_draft, methods=POST),
    Row("activities:speaker_search", RECORDERS, own_draft),
    Row("activities:speaker_choose", RECORDERS, own_draft, methods=POST),
    Row("activities:meeting_list", ROSTER),
    Row("activities:meeting_create", RECORDERS, methods=BOTH),
    Row("activities:meeting_edit", RECORDERS, by_pk("meeting"), ROSTER, BOTH),
    Row("activities:meeting_detail", ROSTER, by_pk("meeting"), ROSTER),
    Row("activities:meeting_scan", ROSTER, minuted, ROSTER),
    Row("activities:follow_up_list", ROSTER),
    Row("activities:follow_up_close", RECORDERS, follow_up, ROSTER, BOTH),
    Row("activities:inclusion_list", ROSTER),
    Row("activities:inclusion_unit", ROSTER, lambda side, _: {"code": side.village.code, "year": 2025}, ROSTER),
    Row("activities:inclusion_remove", RECORDERS, evidenced, ROSTER, BOTH),
    Row("activities:inclusion_edit", ROSTER, cell, ROSTER),
    Row("activities:inclusion_edit", RECORDERS, cell, ROSTER, POST),
    Row("activities:inclusion_scan", ROSTER, evidenced, ROSTER),
    Row("activities:venue_list", ROSTER),
    Row("activities:paper_list", ROSTER),
    Row(
        "activities:paper_edit",
        ROSTER,
        lambda side, _: {"code": side.village.code, "year": 2025, "kind": "plan"},
        ROSTER,
    ),
    Row(
        "activities:paper_edit",
        RECORDERS,
        lambda side, _: {"code": side.village.code, "year": 2025, "kind": "summary"},
        ROSTER,
        POST,
    ),
    Row("aid:child_list", CHILDREN),
    Row("aid:child_export", CHILDREN),
    Row("aid:child_create", PERSONAL, methods=BOTH),
    Row("aid:child_detail", CHILDREN, by_pk("child"), CHILDREN),
    Row("aid:child_looks", CHILDREN, by_pk("child"), CHILDREN),
    Row("aid:child_edit", PERSONAL, by_pk("child"), CHILDREN, BOTH),
    Row("aid:child_close", PERSONAL, by_pk("child"), CHILDREN, BOTH),
    Row("aid:child_reveal", PERSONAL, by_pk("child", field="guardian_phone"), CHILDREN, BOTH),
    Row("aid:consent_create", PERSONAL, by_pk("child"), CHILDREN, BOTH),
    Row("aid:consent_withdraw", PERSONAL, by_pk("consent"), CHILDREN, BOTH),
    Row("aid:certification_create", PERSONAL, by_pk("child"), CHILDREN, BOTH),
    Row("aid:pairing_create", PERSONAL, by_pk("child"), CHILDREN, BOTH, offers=("外乡镇",)),
    Row("aid:pairing_list", CHILDREN),
    Row("aid:pairing_export", CHILDREN),
    Row("aid:pairing_end", PERSONAL, by_pk("pairing"), CHILDREN, BOTH),
    Row("aid:visit_list", CHILDREN),
    Row("aid:visit_create", PERSONAL, by_pk("pairing"), CHILDREN, BOTH),
    Row("aid:donation_list", FUND),
    Row("aid:donation_export", FUND),
    Row("aid:donation_create", MANAGERS, methods=BOTH),
    Row("aid:grant_list", FUND),
    Row("aid:grant_export", FUND),
    Row("aid:grant_create", PERSONAL, by_pk("child"), CHILDREN, BOTH),
    Row("aid:grant_detail", FUND, by_pk("grant"), FUND),
    Row("aid:grant_step", MANAGERS, by_pk("grant", step="pay"), FUND, POST),
    Row("aid:entry_list", FUND),
    Row("aid:entry_export", FUND),
    Row("aid:entry_reverse", MANAGERS, by_pk("entry"), FUND, BOTH),
    Row("reports:start", EVERYBODY),
    Row("reports:dashboard", NETWORK),
    Row("reports:dashboard", NETWORK, query=by_unit),
    Row("reports:dashboard_export", NETWORK, query=by_unit),
    Row("reports:records", NETWORK, fixed={"code": "activities"}),
    Row("reports:records", NETWORK, fixed={"code": "activities"}, query=by_unit),
    Row("reports:year_report_list", BUILDERS),
    Row("reports:year_report_start", BUILDERS, methods=POST, for_county=True),
    Row("reports:year_report", BUILDERS, own_build, for_county=True),
    Row("reports:year_report_progress", BUILDERS, own_build, for_county=True),
    Row("reports:year_report_cancel", BUILDERS, own_build, methods=POST, for_county=True),
    Row("reports:year_report_retry", BUILDERS, own_build, methods=POST, for_county=True),
    Row("reports:job_file", BUILDERS, own_file, for_county=True),
    Row("reports:evaluation_home", SCORED),
    Row("reports:evaluation_list", SCORED, fixed={"year": 2025}),
    Row("reports:evaluation_score", SCORERS, methods=POST, fixed={"year": 2025}, for_county=True),
    Row("reports:evaluation", SCORED, lambda side, _: {"year": 2025, "code": side.township.code}, SCORED),
    Row("reports:api_figures", NETWORK, query=by_unit),
    Row("orgs:api_units", NETWORK),
    Row("orgs:api_unit", NETWORK, lambda side, _: {"code": side.village.code}, NETWORK),
    Row("orgs:api_tree", NETWORK),
    Row("orgs:api_tree", NETWORK, query=by_unit),
    Row("orgs:api_coverage", NETWORK),
    Row("orgs:api_coverage", NETWORK, query=by_unit),
    Row("volunteers:appointment_list", NETWORK),
    Row("volunteers:appointment_export", ROSTER),
    Row("volunteers:appointment_paper", NETWORK, lambda side, _: {"code": side.village.code}, NETWORK),
    Row("volunteers:appointment_create", PERSONAL, methods=BOTH),
    Row("volunteers:appointment_create", PERSONAL, query=by_unit),
    Row("volunteers:appointment_detail", NETWORK, appointed, NETWORK),
    Row("volunteers:appointment_edit", PERSONAL, appointed, NETWORK, BOTH),
    Row("volunteers:appointment_dismiss", PERSONAL, appointed, NETWORK, BOTH),
    Row("volunteers:appointment_scan", ROSTER, posted, NETWORK),
    Row("volunteers:vacancy_list", NETWORK),
    Row("volunteers:vacancy_export", NETWORK),
    Row("volunteers:post_rules", REVIEWERS, methods=BOTH, for_county=True),
    Row("volunteers:api_volunteers", ROSTER),
    Row("volunteers:api_volunteer", ROSTER, by_pk("volunteer"), ROSTER),
    Row("volunteers:api_specialities", ROSTER),
    Row("volunteers:api_interests", ROSTER),
    Row("volunteers:speciality_coverage", ROSTER),
    Row("volunteers:speciality_coverage", ROSTER, query=by_unit),
    Row("volunteers:speciality_coverage_export", ROSTER),
    Row("volunteers:team_list", NETWORK),
    Row("volunteers:team_export", NETWORK),
    Row("volunteers:team_create", PERSONAL, methods=BOTH),
    Row("volunteers:team_detail", NETWORK, teamed, NETWORK),
    Row("volunteers:team_edit", PERSONAL, teamed, NETWORK, BOTH),
    Row("volunteers:team_dissolve", PERSONAL, teamed, NETWORK, BOTH),
    Row("volunteers:team_join", PERSONAL, teamed, NETWORK, BOTH),
    Row("volunteers:team_member", PERSONAL, in_team, NETWORK, BOTH),
    Row("volunteers:honour_list", ROSTER),
    Row("volunteers:honour_export", ROSTER),
    Row("volunteers:honour_create", PERSONAL),
    Row("volunteers:honour_create", PERSONAL, query=lambda side: {"volunteer": str(side.volunteer.pk)}),
    Row("volunteers:honour_edit", PERSONAL, honoured, ROSTER, BOTH),
    Row("volunteers:honour_remove", PERSONAL, honoured, ROSTER, BOTH),
    Row("volunteers:honour_scan", ROSTER, honoured, ROSTER),
    Row("volunteers:api_teams", NETWORK),
    Row("volunteers:api_team", NETWORK, teamed, NETWORK),
    Row("volunteers:api_appointments", ROSTER),
    Row("volunteers:api_appointment", ROSTER, appointed, ROSTER),
    Row("volunteers:api_roster_imports", PERSONAL, methods=POST),
    Row("volunteers:api_roster_import", PERSONAL, own_import),
    Row("volunteers:api_roster_import_commit", PERSONAL, own_import, methods=POST),
    Row("volunteers:api_roster_import_undo", PERSONAL, own_import, methods=POST),
    Row("reports:api_schema", EVERYBODY),
]
