"""关爱: pairing, help to children, the care fund."""

from typing import Any

from django.db.models import F, Q, QuerySet

from aid.enums import INCOME_KINDS, DonorKind, EntryKind, FundPurpose, GiftKind, HelperKind
from aid.models import Child, Donation, Grant, Help, LedgerEntry, Pairing, Visit
from reports.indicators.declaration import FormPart, Indicator, Kind, Measure, Period, choices, months
from reports.indicators.subjects import CHILD, DONATION, ENTRY, GRANT, HELP, PAIRING, VISIT


def children(period: Period) -> QuerySet[Any]:
    running = Q(closed_on=None) | Q(closed_on__gt=period.day)
    return Child.objects.filter(running, registered_on__lte=period.day).order_by("number")


def pairings(period: Period) -> QuerySet[Any]:
    return Pairing.objects.running(period.day).order_by("child__number", "pk")


def helps(period: Period) -> QuerySet[Any]:
    return Help.objects.filter(given_on__year=period.year).order_by("-given_on", "pk")


def visits(period: Period) -> QuerySet[Any]:
    return Visit.objects.held_in(period.year).order_by("-held_on", "-pk")


def entries(period: Period) -> QuerySet[Any]:
    return LedgerEntry.objects.filter(posted_on__year=period.year).order_by("-posted_on", "-pk")


def entries_until(period: Period) -> QuerySet[Any]:
    return LedgerEntry.objects.filter(posted_on__lte=period.day).order_by("-posted_on", "-pk")


def donations(period: Period) -> QuerySet[Any]:
    return Donation.objects.received_in(period.year).order_by("-received_on", "-pk")


def grants(period: Period) -> QuerySet[Any]:
    return Grant.objects.paid().filter(paid_on__year=period.year).order_by("-paid_on", "-pk")


CHILDREN = Indicator(
    code="children",
    label="在册儿童",
    definition="到统计日登记在册、没有结束帮扶的儿童。",
    measure=Measure.PERSONS,
    kind=Kind.STOCK,
    part=FormPart.CARE,
    subject=CHILD,
    records=children,
)
PAIRINGS = Indicator(
    code="pairings",
    label="结对",
    definition="到统计日仍在进行的结对，按儿童所在单位计。",
    measure=Measure.PAIRS,
    kind=Kind.STOCK,
    part=FormPart.CARE,
    subject=PAIRING,
    records=pairings,
    unit_path="child__unit",
    dimensions=(choices("kind", "帮扶人类别", "kind", HelperKind.choices),),
)
HELPS = Indicator(
    code="helps",
    label="帮扶",
    definition="本年度走访和发放资助的次数之和，一名儿童受助几次算几人次。",
    measure=Measure.PERSON_TIMES,
    kind=Kind.FLOW,
    part=FormPart.CARE,
    subject=HELP,
    records=helps,
    date_path="given_on",
    dimensions=(months("given_on"),),
)
CHILDREN_HELPED = HELPS.narrowed(
    "children_helped",
    "受助儿童",
    "本年度得到走访或资助的儿童，一名儿童无论几次只算一人。",
    measure=Measure.PERSONS,
    kind=Kind.DISTINCT,
    distinct="child_id",
)
VISITS = Indicator(
    code="visits",
    label="走访",
    definition="本年度结对走访的次数。",
    measure=Measure.VISITS,
    kind=Kind.FLOW,
    part=FormPart.CARE,
    subject=VISIT,
    records=visits,
    unit_path="pairing__child__unit",
    date_path="held_on",
    dimensions=(months("held_on"),),
)
FUNDS_RAISED = Indicator(
    code="funds_raised",
    label="凝聚关爱资金",
    definition="本年度关爱基金的捐赠收入和财政安排，含物资折价，冲销已扣除。",
    measure=Measure.YUAN,
    kind=Kind.FLOW,
    part=FormPart.CARE,
    subject=ENTRY,
    records=entries,
    unit_path="account__unit",
    date_path="posted_on",
    value="amount",
    dimensions=(
        months("posted_on"),
        choices("purpose", "用途", "account__purpose", FundPurpose.choices),
        choices("kind", "种类", "kind", EntryKind.choices),
    ),
    narrow={"kind__in": INCOME_KINDS},
    group="基金收支（元）",
)
ALLOCATIONS = FUNDS_RAISED.narrowed(
    "allocations", "财政安排", "凝聚关爱资金中由财政安排的。", narrow={"kind": EntryKind.ALLOCATION}
)
GOODS_RECEIVED = FUNDS_RAISED.narrowed(
    "goods_received",
    "其中物资折价",
    "捐赠收入中物资作价的部分。",
    narrow={"kind": EntryKind.DONATION, "gift": GiftKind.GOODS},
)
FUNDS_SPENT = FUNDS_RAISED.narrowed(
    "funds_spent",
    "支出",
    "本年度关爱基金的资助支出和活动支出，冲销已扣除。",
    value=-F("amount"),
    narrow={"kind__in": [EntryKind.GRANT, EntryKind.COST]},
)
BALANCE = FUNDS_RAISED.narrowed(
    "fund_balance",
    "结余",
    "到统计日各账户历年收支相抵后的余额。",
    kind=Kind.STOCK,
    records=entries_until,
    date_path="",
    narrow={},
    dimensions=(),
)
DONATIONS = Indicator(
    code="donations",
    label="捐赠",
    definition="本年度收到的捐赠笔数，资金和物资都算。",
    measure=Measure.ITEMS,
    kind=Kind.FLOW,
    part=FormPart.CARE,
    subject=DONATION,
    records=donations,
    unit_path="account__unit",
    date_path="received_on",
    dimensions=(months("received_on"), choices("donor", "捐赠方", "donor_kind", DonorKind.choices)),
)
GRANTS = Indicator(
    code="grants",
    label="资助",
    definition="本年度已发放的资助笔数，按发放日期计，申请中和未批准的不算。",
    measure=Measure.PERSON_TIMES,
    kind=Kind.FLOW,
    part=FormPart.CARE,
    subject=GRANT,
    records=grants,
    date_path="paid_on",
    dimensions=(months("paid_on"), choices("purpose", "用途", "purpose", FundPurpose.choices)),
)
GRANTS_AMOUNT = GRANTS.narrowed(
    "grants_amount",
    "资助金额",
    "本年度已发放资助的金额之和，含物资折价。",
    measure=Measure.YUAN,
    value="amount",
)
GOODS_GRANTED = GRANTS.narrowed(
    "goods_granted",
    "其中物资折价",
    "已发放资助中物资作价的部分。",
    measure=Measure.YUAN,
    value="amount",
    narrow={"kind": GiftKind.GOODS},
)
STUDENT_GRANTS = GRANTS.narrowed(
    "student_grants", "助学", "已发放资助中用途为助学的。", narrow={"purpose": FundPurpose.EDUCATION}, group="助学"
)
STUDENTS = STUDENT_GRANTS.narrowed(
    "students_aided",
    "助学人数",
    "本年度得到助学的学生，一名学生无论几次只算一人。",
    measure=Measure.PERSONS,
    kind=Kind.DISTINCT,
    distinct="child_id",
)
STUDENT_GRANTS_AMOUNT = STUDENT_GRANTS.narrowed(
    "student_grants_amount", "助学金额", "已发放助学的金额之和。", measure=Measure.YUAN, value="amount"
)

INDICATORS = (
    CHILDREN,
    PAIRINGS,
    CHILDREN_HELPED,
    HELPS,
    VISITS,
    DONATIONS,
    FUNDS_RAISED,
    ALLOCATIONS,
    GOODS_RECEIVED,
    FUNDS_SPENT,
    BALANCE,
    GRANTS,
    GRANTS_AMOUNT,
    GOODS_GRANTED,
    STUDENT_GRANTS,
    STUDENTS,
    STUDENT_GRANTS_AMOUNT,
)
