"""Whose paper a page is: the names in the masthead follow from the signed-in user's highest branch."""

from typing import Any

from guanai.menu import NOBODY, Masthead
from orgs.enums import Role, UnitKind
from orgs.models import short_name_of
from orgs.scope import grants_of

# What somebody is, behind the unit's name (亭子镇秘书); the county's office has a name of its own.
DUTIES: dict[str, str] = {
    Role.COUNTY_OFFICE: "县关工委办公室",
    Role.SECRETARY: "秘书",
    Role.CLERK: "填报员",
    Role.REVIEWER: "考评员",
    Role.FUND_MANAGER: "基金经办",
    Role.FUND_APPROVER: "基金审批",
    Role.LEADER: "领导",
    Role.AUDITOR: "审计员",
    Role.SYSTEM_ADMIN: "系统管理员",
}


def masthead_of(user: Any) -> Masthead:
    """Full and short name of the committee, and 姓名 · 职责, from the user's grants alone."""
    grants = sorted(grants_of(user), key=lambda grant: grant.lft - grant.rght)
    if not grants:
        return Masthead(NOBODY.full, NOBODY.short, f"{user.name} · 没有职责")
    unit, role = short_name_of(grants[0].unit_name), grants[0].role
    committee = f"{unit}关工委"
    full = f"{unit}关心下一代工作委员会" if grants[0].unit_kind == UnitKind.COUNTY else committee
    duty = DUTIES[role] if role == Role.COUNTY_OFFICE else f"{unit}{DUTIES[role]}"
    deputy = "（代）" if grants[0].deputy_for_id else ""
    return Masthead(full, committee, f"{user.name} · {duty}{deputy}")
