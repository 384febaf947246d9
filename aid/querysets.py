import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db.models import Case, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When

from aid.enums import INCOME_KINDS, PAID_STATES
from orgs.models import Unit
from orgs.querysets import in_branch_q

if TYPE_CHECKING:
    from aid.models import Child, Donation, Grant, LedgerEntry, Pairing, Visit  # noqa: F401

MONEY = DecimalField(max_digits=16, decimal_places=2)


class ChildQuerySet(QuerySet["Child"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit))

    def in_care(self) -> Self:
        """Whose help has not ended."""
        return self.filter(closed_on=None)

    def paired(self, day: datetime.date) -> Self:
        """With at least one pairing that runs on a day."""
        return self.filter(Exists(_pairings_of_child(day)))

    def unpaired(self, day: datetime.date) -> Self:
        return self.filter(~Exists(_pairings_of_child(day)))


class PairingQuerySet(QuerySet["Pairing"]):
    def in_branch(self, unit: Unit) -> Self:
        """Pairings of the branch's children, wherever the helper comes from."""
        return self.filter(in_branch_q(unit, "child__unit"))

    def running(self, day: datetime.date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class VisitQuerySet(QuerySet["Visit"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit, "pairing__child__unit"))

    def held_in(self, year: int) -> Self:
        return self.filter(held_on__year=year)

    def latest_of_running(self, day: datetime.date) -> Self:
        """The last visit of each pairing that runs on a day."""
        later = self.model._default_manager.filter(pairing=OuterRef("pairing")).filter(
            Q(held_on__gt=OuterRef("held_on")) | Q(held_on=OuterRef("held_on"), pk__gt=OuterRef("pk"))
        )
        running = Q(pairing__ends_on=None) | Q(pairing__ends_on__gte=day)
        return self.filter(running, ~Exists(later))


class DonationQuerySet(QuerySet["Donation"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit, "account__unit"))

    def received_in(self, year: int) -> Self:
        return self.filter(received_on__year=year)

    def net_total(self) -> Decimal:
        """What the donations add up to in the ledger, reversals taken off, in yuan."""
        total: Decimal | None = self.order_by().aggregate(total=Sum("entries__amount"))["total"]
        return total or Decimal(0)


class GrantQuerySet(QuerySet["Grant"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit))

    def paid(self) -> Self:
        return self.filter(state__in=PAID_STATES)

    def amount_total(self) -> Decimal:
        """What the grants add up to, in yuan, whatever their state."""
        total: Decimal | None = self.order_by().aggregate(total=Sum("amount"))["total"]
        return total or Decimal(0)


class LedgerEntryQuerySet(QuerySet["LedgerEntry"]):
    def in_branch(self, unit: Unit) -> Self:
        return self.filter(in_branch_q(unit, "account__unit"))

    def total(self) -> Decimal:
        """What the entries add up to, in yuan."""
        total: Decimal | None = self.aggregate(total=Sum("amount"))["total"]
        return total or Decimal(0)

    def sums(self) -> dict[str, Decimal]:
        """`income` and `outgo` of the entries, both positive as a rule; a reversal lessens its own side."""
        income = Case(When(kind__in=INCOME_KINDS, then=F("amount")), default=Value(0), output_field=MONEY)
        sums = self.aggregate(income=Sum(income), total=Sum("amount"))
        received, total = sums["income"] or Decimal(0), sums["total"] or Decimal(0)
        return {"income": received, "outgo": received - total, "total": total}


def _pairings_of_child(day: datetime.date) -> "PairingQuerySet":
    from aid.models import Pairing  # imported late: the models import this module

    return Pairing.objects.running(day).filter(child=OuterRef("pk"))
