"""Loads a demonstration, step by step, in one transaction: it is there whole or not at all."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from guanai.database_role import as_owner
from guanai.seals import seal_all
from orgs.models import Unit
from reports.demo.accounts import Accounts, make_accounts
from reports.demo.children import Case, make_children
from reports.demo.desks import lay_out_desks
from reports.demo.events import make_activities
from reports.demo.fund import make_fund, open_accounts, post_all, raise_funds, spend
from reports.demo.grants import plan_grants, write_grants
from reports.demo.leavings import leave_loose_ends, name_twins
from reports.demo.linkage import make_follow_ups, make_inclusions
from reports.demo.network import establish_committees, make_network, make_unit_years
from reports.demo.pairings import make_pairings
from reports.demo.papers import make_meetings, make_papers, make_publications
from reports.demo.people import make_roster
from reports.demo.places import make_taxonomies, make_venues
from reports.demo.plan import SEED, YEAR, Plan
from reports.demo.posts import make_appointments, make_teams
from reports.demo.restructuring import restructure
from reports.demo.reviews import review
from reports.demo.teams import make_team_history
from reports.demo.trail import leave_trail
from reports.demo.world import World
from volunteers.models import Volunteer

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was made: the county, and the sign-ins with their clear passwords."""

    county: Unit
    accounts: Accounts
    plan: Plan


@dataclass(slots=True)
class _Steps:
    """Says what each step made and how long it took."""

    say: Say
    began: float = field(default_factory=time.monotonic)

    def done(self, what: str) -> None:
        now = time.monotonic()
        self.say(f"  {what} ({now - self.began:.1f} s)")
        self.began = now


def _nothing(text: str) -> None:
    """For callers who do not watch."""


def is_loaded() -> bool:
    """Whether the database holds records already, of a demonstration or of somebody's work."""
    return Volunteer.objects.exists()


def load(
    *,
    scale: float = 1.0,
    towns: int | None = None,
    seed: int = SEED,
    year: int = YEAR,
    plan: Plan | None = None,
    say: Say = _nothing,
) -> Loaded:
    """Fill an empty database with the demonstration and store its sign-ins in `var/demo-accounts.json`.

    `scale` and `towns` make a smaller one for tests; a `plan` replaces all of them. Raises ValueError where there are
    records already, since a second load would double them.
    """
    plan = plan or Plan(today=timezone.localdate(), year=year, seed=seed, scale=scale, towns=towns)
    if is_loaded():
        raise ValueError("the database holds records already")
    steps = _Steps(say)
    with transaction.atomic():
        world = make_network(plan)
        committees = establish_committees(world)
        years = make_unit_years(world)
        steps.done(f"network: {len(world.units)} units, {committees} committees, {years} years of means")
        accounts = make_accounts(world)
        steps.done(f"accounts: {len(accounts.sign_ins)} sign-ins, {len(world.recorders)} recorders")
        _load_people(world, steps)
        _load_work(world, steps)
        _load_aid(world, steps)
        pairs, gone = leave_loose_ends(world)
        steps.done(f"loose ends: {pairs} pairs that look like one person, {gone} gone with work left open")
        world.numbers.save()
        steps.done(f"evaluation: {review(world)} judged items")
        entries, looks = leave_trail(world)
        steps.done(f"trail: {entries} entries, {looks} looks at personal fields")
        # Last: what was made before stands in the network as it was founded.
        steps.done(f"network: {restructure(world)} changes by document")
        # Written last but before the commit: there is no demonstration whose passwords nobody knows.
        accounts.store()
    _analyse()
    steps.done("statistics of the query planner")
    steps.done(f"seals: {len(seal_all())} over the trail and the ledger")
    return Loaded(world.county, accounts, plan)


def _load_people(world: World, steps: _Steps) -> None:
    steps.done(f"people: {make_roster(world)} on the roster, {name_twins(world)} of them twice")
    teams, members = make_teams(world)
    steps.done(f"posts: {make_appointments(world)} appointments, {teams} teams, {members} members")
    former, honours = make_team_history(world)
    steps.done(f"teams: {former} more members, most of whom have left, {honours} honours")


def _load_work(world: World, steps: _Steps) -> None:
    steps.done(f"taxonomies: {make_taxonomies(world)} entries, {make_venues(world)} venues")
    by_year = make_activities(world)
    steps.done("activities: " + ", ".join(f"{count} in {year}" for year, count in by_year.items()))
    drafts, returned = lay_out_desks(world)
    steps.done(f"desks: {drafts} drafts, {returned} activities sent back")
    meetings, papers, publications = make_meetings(world), make_papers(world), make_publications(world)
    steps.done(f"papers: {meetings} meetings, {papers} papers, {publications} publications")
    asked, evidenced = make_follow_ups(world), make_inclusions(world)
    steps.done(f"linkage: {asked} follow-ups of hearings, {evidenced} cells of 五纳入五统一")


def _load_aid(world: World, steps: _Steps) -> None:
    cases: list[Case] = make_children(world)
    steps.done(f"children: {sum(bool(case.child.number) for case in cases)} by number")
    pairings, visits = make_pairings(world, cases)
    steps.done(f"pairings: {pairings}, visits: {visits}")
    fund = make_fund(world)
    grants = []
    for year in world.plan.years:
        raise_funds(world, fund, year)
        grants += plan_grants(world, fund, cases, year)
        spend(world, fund, year)
    open_accounts(world, fund)
    written = write_grants(world, grants)
    donations, entries = post_all(world, fund)
    steps.done(f"fund: {donations} donations, {written} grants, {entries} ledger entries")


def _analyse() -> None:
    """So many rows at once leave the planner without a notion of them until the autovacuum comes round."""
    # Only who owns a table may have it analysed; for anybody else the statement does nothing but warn.
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
