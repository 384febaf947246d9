"""Children by number: certified by others, registered with the guardian's consent, everything personal encrypted."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass

from aid.enums import ChildCategory, ConsentWay, SchoolStage
from aid.models import Certification, Child, Consent
from aid.numbers import child_number
from orgs.enums import UnitKind
from orgs.models import Unit
from reports.demo.events import school_of, town_of
from reports.demo.names import Person, person_name, phone_number, some_sex, texts
from reports.demo.plan import PAIRINGS, between
from reports.demo.world import World, sample
from reports.demo.writing import write
from volunteers.enums import Sex

# Registered children for each pairing that runs at the end of the main year, and how many come and go in a year.
_CHILDREN_PER_PAIRING = 1.04
_NEW, _CLOSED = 0.12, 0.06
_STAGES = (
    (6, SchoolStage.PRESCHOOL),
    (12, SchoolStage.PRIMARY),
    (15, SchoolStage.MIDDLE),
    (18, SchoolStage.HIGH),
    (99, SchoolStage.COLLEGE),
)


@dataclass(slots=True)
class Case:
    """A child with its papers, as planned; what lies ahead of today is not written."""

    child: Child
    consent: Consent
    certifications: list[Certification]
    closes_on: datetime.date | None

    @property
    def unit(self) -> Unit:
        return self.child.unit

    def in_care(self, day: datetime.date) -> bool:
        return self.child.registered_on <= day and (self.closes_on is None or self.closes_on > day)


def stage_of(child: Child, year: int) -> SchoolStage:
    """By the age that is reached in a year."""
    age = year - child.birth_date.year if child.birth_date else 12
    return next(stage for below, stage in _STAGES if age < below or below == 99)


def make_children(world: World) -> list[Case]:
    """Write who is registered by today, with consent and certifications; returns all, the later ones unsaved."""
    cases = sorted(_cases(world), key=lambda case: (case.unit.lft, case.child.registered_on, case.child.id_number))
    for case in cases:
        if world.plan.has_come(case.child.registered_on):
            _number(world, case.child)
    come = [case for case in cases if case.child.number]
    write(Child, [_as_of_today(world, case.child) for case in come])
    write(Consent, [case.consent for case in come])
    write(Certification, [row for case in come for row in case.certifications])
    return cases


def _number(world: World, child: Child) -> None:
    year, code = child.registered_on.year, child.unit.code
    child.number = child_number(code, year, world.numbers.take("child", code, year))


def _as_of_today(world: World, child: Child) -> Child:
    """An end of care that lies ahead has not happened yet."""
    if child.closed_on and not world.plan.has_come(child.closed_on):
        child.closed_on, child.close_reason = None, ""
    return child


def _cases(world: World) -> Iterator[Case]:
    """As many in care at the end of the main year as the pairings need, with those who came and went around it."""
    year = world.plan.year
    stock = round(world.plan.count(PAIRINGS) * _CHILDREN_PER_PAIRING) + 2
    new, closed = round(stock * _NEW), round(stock * _CLOSED)
    spans: list[tuple[int, int, int | None]] = [
        (year, new, None),
        (year - 1, new, None),
        (year - 2, stock - 2 * new - closed, None),
    ]
    spans += [(year - 2, closed, year + 1), (year - 2, closed, year), (year - 3, closed, year - 1)]
    spans += [(year + 1, new, None)]
    dice = world.plan.stream("children")
    units = [unit for unit in world.units if _has_children(unit)]
    weights = [_weight(world, unit, dice) for unit in units]
    for registered, count, closes in spans:
        for number, unit in enumerate(dice.choices(units, weights, k=count)):
            own = world.plan.stream("child", registered, closes, number)
            yield _case(world, own, unit, registered, closes)


def _has_children(unit: Unit) -> bool:
    """Children are registered where they live, or at their school."""
    places = (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.SCHOOL)
    return unit.kind in places and unit.has_young_people and unit.committee_established_on is not None


def _weight(world: World, unit: Unit, dice: random.Random) -> float:
    size = {UnitKind.COMMUNITY: 1.4, UnitKind.SCHOOL: 2.5}.get(UnitKind(unit.kind), 1.0)
    return size * dice.uniform(0.5, 1.5) * float(world.vigour(unit) ** 0.7)


def _case(world: World, dice: random.Random, unit: Unit, registered: int, closes: int | None) -> Case:
    shares = texts("care")["shares"]
    category = ChildCategory(dice.choices(list(shares), list(shares.values()))[0])
    registered_on = between(dice, datetime.date(registered, 1, 10), datetime.date(registered, 12, 20))
    age = dice.choices((5, 7, 9, 11, 13, 15, 17), (1, 4, 6, 6, 5, 4, 3))[0]
    born = datetime.date(world.plan.year - age, 1, 1) + datetime.timedelta(days=dice.randrange(364))
    if born >= registered_on:
        born = born.replace(year=registered - 4, day=min(born.day, 28))
    sex = some_sex(dice)
    person = world.registry.person(dice, "young", born, sex)
    child = _child(world, dice, unit, person, category)
    child.registered_on = registered_on
    if closes:
        child.closed_on = between(dice, datetime.date(closes, 2, 10), datetime.date(closes, 12, 15))
        child.close_reason = dice.choice(texts("care")["closed"])
    child.stage = stage_of(child, world.plan.today.year)
    child.derive()
    consent = Consent(
        child=child,
        given_by=child.guardian,
        relation=child.guardian_relation,
        way=ConsentWay.PAPER if dice.random() < 0.93 else ConsentWay.SPOKEN,
        signed_on=registered_on - datetime.timedelta(days=dice.randint(0, 9)),
    )
    return Case(child, consent, _certifications(dice, child, category), child.closed_on)


def _child(world: World, dice: random.Random, unit: Unit, person: Person, category: ChildCategory) -> Child:
    relations = texts("care")["relations"]
    relation = dice.choice(relations.get(category, relations["other"]))
    elder = relation.startswith(("祖", "外"))
    sex = Sex.MALE if relation.endswith("父") or relation == "父亲" else Sex.FEMALE
    # On the father's side the family name is the child's.
    surname = person.name[0] if relation in ("祖父", "父亲", "姑姑") else ""
    no_document = dice.random() < 0.006
    return Child(
        unit=unit,
        name=person.name,
        sex=person.sex,
        birth_date=person.birth_date,
        id_number="" if no_document else person.id_number,
        no_id_reason="户口正在补登" if no_document else "",
        school=school_of(world, dice, unit),
        address=_address(world, dice, unit),
        guardian=person_name(dice, "old" if elder else "middle", sex, surname),
        guardian_relation=relation,
        guardian_phone=phone_number(dice) if dice.random() < 0.96 else "",
        needs="、".join(sample(dice, texts("care")["needs"], dice.choice((1, 2, 2)))),
    )


def _address(world: World, dice: random.Random, unit: Unit) -> str:
    """A house of the village; a school's children live in a village of its township."""
    middle = world.middle(unit)
    villages = [place for place in world.below(middle) if place.kind == UnitKind.VILLAGE]
    home = dice.choice(villages) if unit.kind == UnitKind.SCHOOL and villages else unit
    group, house = dice.randint(1, 8), dice.randint(1, 90)
    return f"{town_of(middle)}{home.short_name if home.kind != UnitKind.SCHOOL else '回水社区'}{group}组{house}号"


def _certifications(dice: random.Random, child: Child, category: ChildCategory) -> list[Certification]:
    """Its category, and sometimes a low income beside it; issued before the registration."""
    categories = [category]
    if category != ChildCategory.LOW_INCOME and dice.random() < 0.18:
        categories.append(ChildCategory.LOW_INCOME)
    rows = []
    for one in categories:
        day = child.registered_on - datetime.timedelta(days=dice.randint(15, 300))
        source = texts("care")["sources"][one]
        document = f"苍{source[1]}发〔{day.year}〕{dice.randint(5, 60)}号" if dice.random() < 0.8 else ""
        rows.append(Certification(child=child, category=one, source=source, document=document, certified_on=day))
    return rows
