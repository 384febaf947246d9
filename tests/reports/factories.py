"""A county with a year and a half of records of every kind, scattered at random but repeatably.

Every value varies, and every edge that an indicator must get right occurs: drafts and returned activities, records of
the year before, people who left, closed venues, pairings that ended, unpaid grants, reversals, joint activities.
"""

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal

from activities.enums import (
    ActivityForm,
    ActivityState,
    InclusionKind,
    MeetingKind,
    PaperKind,
    PaperState,
    PublicationKind,
    ThemeNature,
    VenueKind,
)
from activities.models import Activity, Inclusion, Meeting, Paper, Publication, Theme
from aid.enums import DonorKind, EntryKind, FundPurpose, GiftKind, GrantState, HelperKind, VisitWay
from aid.models import Child, FundAccount, Grant, LedgerEntry
from orgs.enums import UnitKind
from orgs.models import Unit, UnitYear, User
from tests import factories as make
from volunteers.enums import KEY_POSTS, SINGLE_POSTS, Post, Sex, TeamKind, VeteranKind, VolunteerStatus
from volunteers.models import TeamMember, Volunteer

YEAR = 2025


@dataclass
class World:
    """What was made: the county, its units in no particular order, and a recorder."""

    county: Unit
    user: User
    units: list[Unit] = field(default_factory=list)
    townships: list[Unit] = field(default_factory=list)


def make_network(code: str = "510824", townships: int = 3) -> World:
    """A county with two departments, townships with a community and two villages each, a school and an enterprise."""
    county = make.make_county(code, f"县{code}")
    world = World(county, make.make_user())
    departments = [make.make_unit(county, UnitKind.DEPARTMENT) for _ in range(2)]
    codes = [f"{code}{number:03d}000" for number in range(1, townships + 1)]
    world.townships = [make.make_unit(county, UnitKind.TOWNSHIP, code=of_town) for of_town in codes]
    places = [make.make_unit(county, UnitKind.SCHOOL), make.make_unit(departments[0], UnitKind.SCHOOL)]
    places += [make.make_unit(world.townships[0], UnitKind.ENTERPRISE)]
    for township in world.townships:
        places += [make.make_unit(township, UnitKind.COMMUNITY), *(make.make_unit(township) for _ in range(2))]
    world.units = [county, *departments, *world.townships, *places]
    return world


def make_busy_county(seed: int = 1, code: str = "510824", townships: int = 3, records: int = 40) -> World:
    world = make_network(code, townships)
    dice = random.Random(seed)
    for maker in (_committees, _roster, _activities, _papers, _care, _fund):
        maker(world, dice, records)
    # The ends of the tree moved while it grew.
    for unit in (world.county, *world.units):
        unit.refresh_from_db()
    return world


def _day(dice: random.Random) -> datetime.date:
    return datetime.date(YEAR - 1, 7, 1) + datetime.timedelta(days=dice.randrange(600))


def _committees(world: World, dice: random.Random, records: int) -> None:
    for unit in world.units:
        days = [datetime.date(2010, 5, 4), *(() if unit.kind == UnitKind.ENTERPRISE else (None, _day(dice)))]
        Unit.objects.filter(pk=unit.pk).update(
            committee_established_on=dice.choice(days),
            has_veterans=dice.random() < 0.8,
        )
        for year in (YEAR - 1, YEAR):
            if dice.random() < 0.7:
                UnitYear.objects.create(
                    unit=unit,
                    year=year,
                    budget=Decimal(dice.randrange(2_000_000)) / 100,
                    staff=dice.randrange(4),
                    periodicals=dice.randrange(20),
                    # One in five waits still to be confirmed; some have no committee any more.
                    confirmed_on=datetime.date(year, 3, 1) if dice.random() < 0.8 else None,
                    **{
                        name: dice.random() < 0.5
                        for name in (
                            "has_office",
                            "has_activity_room",
                            "has_name_plate",
                            "has_rules_on_wall",
                            "allowance_paid",
                            "five_goods",
                        )
                    },
                )
        for post in dice.sample([*KEY_POSTS, Post.MEMBER], 3):
            begins = _day(dice)
            # A post of one holder goes from one to the next; others may be held by two at a time.
            for _ in range(dice.randrange(1, 3)):
                ends = dice.choice([None, begins + datetime.timedelta(days=90)])
                make.make_appointment(unit, post=post, starts_on=begins, ends_on=ends)
                if post in SINGLE_POSTS and ends is None:
                    break
                begins = ends + datetime.timedelta(days=1) if post in SINGLE_POSTS and ends else _day(dice)


def _roster(world: World, dice: random.Random, records: int) -> None:
    people: list[Volunteer] = []
    for _ in range(records):
        unit, joined = dice.choice(world.units), _day(dice)
        left = dice.random() < 0.3
        person = make.make_volunteer(
            unit,
            joined_on=joined,
            kind=dice.choice(VeteranKind.values),
            sex=dice.choice(Sex.values),
            is_core=dice.random() < 0.5,
            birth_date=dice.choice([None, datetime.date(dice.randrange(1935, 1975), 3, 5)]),
            id_number="",
            status=dice.choice([VolunteerStatus.LEFT, VolunteerStatus.DECEASED]) if left else VolunteerStatus.ACTIVE,
            left_on=joined + datetime.timedelta(days=dice.randrange(1, 300)) if left else None,
        )
        people.append(person)
    for _ in range(records // 4):
        founded = _day(dice)
        dissolved = dice.choice([None, None, founded + datetime.timedelta(days=100)])
        team = make.make_team(
            dice.choice(world.units), kind=dice.choice(TeamKind.values), founded_on=founded, dissolved_on=dissolved
        )
        for person in dice.sample(people, 4):
            begins = founded + datetime.timedelta(days=dice.randrange(60))
            ends = dice.choice([None, begins + datetime.timedelta(days=50)])
            TeamMember.objects.create(team=team, volunteer=person, starts_on=begins, ends_on=ends)


def _activities(world: World, dice: random.Random, records: int) -> None:
    themes = [
        Theme.objects.get_or_create(name=nature.label, defaults={"group": "virtue", "nature": nature, "position": n})[0]
        for n, nature in enumerate(ThemeNature)
    ]
    for _ in range(records * 2):
        young = dice.randrange(200)
        make.make_activity(
            dice.choice(world.units),
            recorded_by=world.user,
            theme=dice.choice(themes),
            form=dice.choice(ActivityForm.values),
            held_on=_day(dice),
            sessions=dice.randrange(1, 4),
            young_people=young,
            in_need=young // 3,
            others=dice.randrange(50),
            state=dice.choice([*ActivityState.values, ActivityState.ACCEPTED, ActivityState.ACCEPTED]),
            co_hosts=dice.sample(world.units, dice.randrange(3)),
        )
    for _ in range(records // 2):
        Meeting.objects.create(
            unit=dice.choice(world.units), kind=dice.choice(MeetingKind.values), name="例会", held_on=_day(dice)
        )
    for _ in range(records * 2):
        opened = _day(dice)
        make.make_venue(
            dice.choice(world.units),
            kind=dice.choice(VenueKind.values),
            is_model=dice.random() < 0.5,
            opened_on=opened,
            closed_on=dice.choice([None, None, opened + datetime.timedelta(days=60)]),
        )


def _papers(world: World, dice: random.Random, records: int) -> None:
    for unit in world.units:
        for kind in dice.sample(InclusionKind.values, 2):
            year = dice.choice([YEAR - 1, YEAR])
            Inclusion.objects.create(unit=unit, year=year, kind=kind, document="文〔1〕号", dated_on=f"{year}-03-01")
    for unit in world.units:
        for year in (YEAR - 1, YEAR):
            for kind in dice.sample(PaperKind.values, 3):
                state = dice.choice([*PaperState.values, PaperState.FILED])
                filed = datetime.date(year, 12, 20) if state == PaperState.FILED else None
                Paper.objects.create(unit=unit, year=year, kind=kind, state=state, filed_on=filed)
    for _ in range(records // 2):
        published = _day(dice)
        Publication.objects.create(
            unit=dice.choice(world.units),
            kind=dice.choice(PublicationKind.values),
            name="留守儿童暑期情况",
            published_on=published,
            adopted_on=dice.choice([None, published + datetime.timedelta(days=40)]),
        )


def _care(world: World, dice: random.Random, records: int) -> None:
    for _ in range(records // 2):
        registered = _day(dice)
        child = make.make_child(
            dice.choice(world.units),
            consent=False,
            categories=(),
            registered_on=registered,
            closed_on=dice.choice([None, None, registered + datetime.timedelta(days=120)]),
        )
        for _ in range(dice.randrange(3)):
            begins = _day(dice)
            pairing = make.make_pairing(
                child,
                make.make_volunteer(child.unit, id_number=""),
                kind=dice.choice([HelperKind.VETERAN, HelperKind.ACTING_PARENT]),
                starts_on=begins,
                ends_on=dice.choice([None, begins + datetime.timedelta(days=70)]),
            )
            for _ in range(dice.randrange(4)):
                make.make_visit(pairing, held_on=_day(dice), way=dice.choice(VisitWay.values))


def _fund(world: World, dice: random.Random, records: int) -> None:
    accounts = [make.make_fund_account(unit, purpose=FundPurpose.EDUCATION) for unit in dice.sample(world.units, 4)]
    for _ in range(records // 2):
        donor = dice.choice(DonorKind.values)
        make.make_donation(
            dice.choice(accounts),
            Decimal(dice.randrange(1, 9_000_000)) / 100,
            donor_kind=donor,
            donor="梨乡实业公司",
            goods="书包 20 个，按发票",
            kind=dice.choice(GiftKind.values),
            received_on=_day(dice),
        )
    for account in accounts:
        for kind, sign in ((EntryKind.ALLOCATION, 1), (EntryKind.COST, -1)):
            amount = sign * Decimal(dice.randrange(1, 500_000)) / 100
            LedgerEntry.objects.create(account=account, kind=kind, amount=amount, posted_on=_day(dice))
    for entry in dice.sample(list(LedgerEntry.objects.filter(account__in=accounts)), 3):
        LedgerEntry.objects.create(
            account=entry.account,
            kind=entry.kind,
            gift=entry.gift,
            amount=-entry.amount,
            posted_on=_day(dice),
            reverses=entry,
            note="记错账户",
        )
    _grants(world, dice, records, accounts)


def _grants(world: World, dice: random.Random, records: int, accounts: list[FundAccount]) -> None:
    children = list(Child.objects.filter(unit__in=world.units))
    for _ in range(records // 2):
        child, account = dice.choice(children), dice.choice(accounts)
        applied = _day(dice)
        state = dice.choice([GrantState.APPLIED, GrantState.APPROVED, GrantState.PAID, GrantState.SIGNED])
        paid = applied if state in (GrantState.PAID, GrantState.SIGNED) else None
        grant: Grant = make.make_grant(
            child,
            account,
            amount=Decimal(dice.randrange(1, 300_000)) / 100,
            kind=dice.choice(GiftKind.values),
            purpose=dice.choice([FundPurpose.EDUCATION, FundPurpose.HARDSHIP]),
            state=state,
            applied_on=applied,
            approved_on=applied,
            paid_on=paid,
        )
        if paid:
            LedgerEntry.objects.create(
                account=account,
                kind=EntryKind.GRANT,
                gift=grant.kind,
                amount=-grant.amount,
                posted_on=paid,
                grant=grant,
            )


def hosted_by(unit: Unit) -> int:
    """How many activities a unit hosts that count in the year, by Django alone."""
    return Activity.objects.counted().held_in(YEAR).filter(unit=unit).count()
