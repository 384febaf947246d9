"""What the exports of the lists hold: masked like the lists themselves. guanai.sheets turns it into files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aid.models import Child, Donation, Grant, LedgerEntry, Pairing
from aid.querysets import (
    ChildQuerySet,
    DonationQuerySet,
    GrantQuerySet,
    LedgerEntryQuerySet,
    PairingQuerySet,
)
from guanai.sheets import CHUNK, Column, Kind, Value
from orgs.models import Unit


@dataclass(frozen=True, slots=True)
class ListFile:
    """One list as a file: `name` is the file's name without its ending and holds no personal data."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterator[tuple[Value, ...]]
    total: tuple[Value, ...] | None = None


def place(unit: Unit) -> str:
    """亭子镇 清河村; a unit right under the county by itself."""
    parent = unit.parent
    return f"{parent.short_name} {unit.short_name}" if parent and parent.parent_id else unit.short_name


def children_file(rows: ChildQuerySet) -> ListFile:
    columns = (
        Column("编号", Kind.CODE),
        Column("姓名（遮盖）"),
        Column("性别", width=6),
        Column("年龄", Kind.COUNT),
        Column("学段"),
        Column("单位", width=24),
        Column("结对帮扶人（人）", Kind.COUNT),
        Column("最近走访", Kind.DATE),
        Column("登记日期", Kind.DATE),
    )
    return ListFile("儿童名册", columns, (_child_row(child) for child in rows.iterator(CHUNK)))


def _child_row(child: Child) -> tuple[Value, ...]:
    return (
        child.number,
        child.masked_name,
        child.get_sex_display(),
        child.age,
        child.get_stage_display(),
        place(child.unit),
        getattr(child, "helpers", None),
        getattr(child, "last_visit_on", None),
        child.registered_on,
    )


def pairings_file(rows: PairingQuerySet, helper_name: Callable[[Pairing], str]) -> ListFile:
    """`helper_name` calls helpers as the reader may know them (`aid.rules`)."""
    columns = (
        Column("儿童编号", Kind.CODE),
        Column("姓名（遮盖）"),
        Column("单位", width=24),
        Column("帮扶人", width=20),
        Column("帮扶人类别"),
        Column("开始日期", Kind.DATE),
        Column("结束日期", Kind.DATE),
        Column("最近走访", Kind.DATE),
    )
    lines = (_pairing_row(pairing, helper_name(pairing)) for pairing in rows.iterator(CHUNK))
    return ListFile("结对名册", columns, lines)


def _pairing_row(pairing: Pairing, helper: str) -> tuple[Value, ...]:
    return (
        pairing.child.number,
        pairing.child.masked_name,
        place(pairing.child.unit),
        helper,
        pairing.get_kind_display(),
        pairing.starts_on,
        pairing.ends_on,
        getattr(pairing, "last_visit_on", None),
    )


def donations_file(rows: DonationQuerySet) -> ListFile:
    columns = (
        Column("收据号", Kind.CODE),
        Column("收到日期", Kind.DATE),
        Column("捐赠方", width=28),
        Column("捐赠方类别"),
        Column("种类", width=8),
        Column("物资和作价依据", width=28),
        Column("账户", width=24),
        Column("金额（元）", Kind.MONEY),
        Column("已冲销（元）", Kind.MONEY),
    )
    return ListFile("捐赠登记", columns, (_donation_row(donation) for donation in rows.iterator(CHUNK)))


def _donation_row(donation: Donation) -> tuple[Value, ...]:
    return (
        donation.number,
        donation.received_on,
        donation.donor or donation.get_donor_kind_display(),
        donation.get_donor_kind_display(),
        donation.get_kind_display(),
        donation.goods,
        f"{donation.account.unit.short_name} {donation.account.name}",
        donation.amount,
        getattr(donation, "reversed_amount", None),
    )


def grants_file(rows: GrantQuerySet) -> ListFile:
    """By the child's number; no name, school or category (domain.md §6)."""
    columns = (
        Column("编号", Kind.CODE),
        Column("儿童编号", Kind.CODE),
        Column("申请单位", width=24),
        Column("项目", width=18),
        Column("种类", width=8),
        Column("金额（元）", Kind.MONEY),
        Column("状态"),
        Column("申请日期", Kind.DATE),
        Column("批准日期", Kind.DATE),
        Column("发放日期", Kind.DATE),
        Column("签收日期", Kind.DATE),
    )
    return ListFile("资助登记", columns, (_grant_row(grant) for grant in rows.iterator(CHUNK)))


def _grant_row(grant: Grant) -> tuple[Value, ...]:
    return (
        grant.number,
        grant.child.number,
        place(grant.unit),
        grant.item,
        grant.get_kind_display(),
        grant.amount,
        grant.get_state_display(),
        grant.applied_on,
        grant.approved_on,
        grant.paid_on,
        grant.signed_on,
    )


def entries_file(rows: LedgerEntryQuerySet) -> ListFile:
    columns = (
        Column("记账日期", Kind.DATE),
        Column("账户", width=28),
        Column("种类"),
        Column("资金或物资", width=8),
        Column("凭证", Kind.CODE),
        Column("摘要", width=24),
        Column("收入（元）", Kind.MONEY),
        Column("支出（元）", Kind.MONEY),
        Column("余额（元）", Kind.MONEY),
    )
    sums = rows.sums()
    total = ("合计", None, None, None, None, None, sums["income"], sums["outgo"], None)
    return ListFile("关爱基金流水", columns, (_entry_row(entry) for entry in rows.iterator(CHUNK)), total)


def _entry_row(entry: LedgerEntry) -> tuple[Value, ...]:
    return (
        entry.posted_on,
        f"{entry.account.unit.short_name} {entry.account.name}",
        entry.get_kind_display(),
        entry.get_gift_display(),
        entry.voucher,
        entry.note,
        entry.income,
        entry.outgo,
        getattr(entry, "balance", None),
    )
