"""Who may take which step of a grant, which step comes next, and who reads the names of helpers."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from aid.enums import GrantState
from aid.models import Grant, Pairing
from orgs.enums import Action
from orgs.models import User
from orgs.scope import allows, covering


def helper_name(user: User) -> Callable[[Pairing], str]:
    """How the helper of a pairing is called to this reader. The names of 五老 are for who sees a roster where the child
    is: 基金经办 and 基金审批 see that a child is helped, not by whom."""
    named = covering(user, Action.VIEW_ROSTER)
    return lambda pairing: pairing.helper if named(pairing.child.unit) else pairing.masked_helper


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a grant: from which state, under which action, on the account's unit or the applicant's."""

    key: str
    label: str
    state: GrantState
    action: Action
    on_account: bool

    @property
    def said(self) -> str:
        """What the page says afterwards: 已记发放, 已批准."""
        return f"已{self.label}" if self.key != "refuse" else "已记不批准"


STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        Step("check", "记村核实", GrantState.APPLIED, Action.EDIT_CHILDREN, on_account=False),
        Step("review", "记乡镇审核", GrantState.CHECKED, Action.EDIT_CHILDREN, on_account=False),
        Step("approve", "批准", GrantState.REVIEWED, Action.APPROVE_FUND, on_account=True),
        Step("refuse", "不批准", GrantState.REVIEWED, Action.APPROVE_FUND, on_account=True),
        Step("pay", "记发放", GrantState.APPROVED, Action.HANDLE_FUND, on_account=True),
        Step("sign", "记签收", GrantState.PAID, Action.HANDLE_FUND, on_account=True),
    )
}


def may_take(user: User | AnonymousUser, step: Step, grant: Grant) -> bool:
    """Does a role of the user hold the step's action where it is taken?"""
    return allows(user, step.action, grant.account.unit if step.on_account else grant.unit)


def open_steps(user: User | AnonymousUser, grant: Grant) -> list[Step]:
    """The steps that this user may take now."""
    return [step for step in STEPS.values() if step.state == grant.state and may_take(user, step, grant)]
