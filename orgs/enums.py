from django.db import models


class UnitKind(models.TextChoices):
    COUNTY = "county", "县"
    TOWNSHIP = "township", "乡镇（街道）"
    DEPARTMENT = "department", "县直部门"
    VILLAGE = "village", "村"
    COMMUNITY = "community", "社区"
    SCHOOL = "school", "学校"
    ENTERPRISE = "enterprise", "企业"


class Tier(models.TextChoices):
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡镇（部门）级"
    VILLAGE = "village", "村（社区）级"


TIER_OF_KIND: dict[str, Tier] = {
    UnitKind.COUNTY: Tier.COUNTY,
    UnitKind.TOWNSHIP: Tier.TOWNSHIP,
    UnitKind.DEPARTMENT: Tier.TOWNSHIP,
    UnitKind.VILLAGE: Tier.VILLAGE,
    UnitKind.COMMUNITY: Tier.VILLAGE,
    UnitKind.SCHOOL: Tier.VILLAGE,
    UnitKind.ENTERPRISE: Tier.VILLAGE,
}

PARENT_KINDS: dict[str, tuple[str, ...]] = {
    UnitKind.COUNTY: (),
    UnitKind.TOWNSHIP: (UnitKind.COUNTY,),
    UnitKind.DEPARTMENT: (UnitKind.COUNTY,),
    UnitKind.VILLAGE: (UnitKind.TOWNSHIP,),
    UnitKind.COMMUNITY: (UnitKind.TOWNSHIP,),
    UnitKind.SCHOOL: (UnitKind.COUNTY, UnitKind.TOWNSHIP, UnitKind.DEPARTMENT),
    UnitKind.ENTERPRISE: (UnitKind.COUNTY, UnitKind.TOWNSHIP, UnitKind.DEPARTMENT),
}

# Where a unit stands among its siblings: departments before townships, then by code (the order of official papers).
ORDER_OF_KIND: dict[str, int] = {
    UnitKind.COUNTY: 0,
    UnitKind.DEPARTMENT: 1,
    UnitKind.TOWNSHIP: 2,
    UnitKind.COMMUNITY: 3,
    UnitKind.VILLAGE: 3,
    UnitKind.SCHOOL: 5,
    UnitKind.ENTERPRISE: 6,
}
KINDS_IN_ORDER = sorted(UnitKind, key=lambda kind: (ORDER_OF_KIND[kind], kind))

# The letter that a unit without a statistical code gets behind its parent's code (510824D01).
CODE_LETTER: dict[str, str] = {
    UnitKind.COUNTY: "C",
    UnitKind.TOWNSHIP: "T",
    UnitKind.DEPARTMENT: "D",
    UnitKind.VILLAGE: "V",
    UnitKind.COMMUNITY: "V",
    UnitKind.SCHOOL: "S",
    UnitKind.ENTERPRISE: "E",
}

# Digits of a unit's code among the 统计用区划代码; other kinds have none.
CODE_LENGTHS: dict[str, int] = {UnitKind.TOWNSHIP: 9, UnitKind.VILLAGE: 12, UnitKind.COMMUNITY: 12}


class Role(models.TextChoices):
    COUNTY_OFFICE = "county_office", "县关工委办公室"
    SECRETARY = "secretary", "乡镇（部门）秘书"
    CLERK = "clerk", "村（社区）填报员"
    REVIEWER = "reviewer", "考评员"
    FUND_MANAGER = "fund_manager", "基金经办"
    FUND_APPROVER = "fund_approver", "基金审批"
    LEADER = "leader", "领导"
    AUDITOR = "auditor", "审计员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"


# Whose sign-in needs a second factor (domain.md, 7: 等保, two-factor for privileged roles).
SECOND_FACTOR_ROLES = frozenset({Role.COUNTY_OFFICE, Role.FUND_APPROVER, Role.SYSTEM_ADMIN, Role.AUDITOR})


# On which kinds of unit a role may be given. Its work is that of the unit's tier: the county's office sits at the
# county, villages and other grass-roots units have somebody who records, the rest belongs to county and township.
_UPPER = (UnitKind.COUNTY, UnitKind.TOWNSHIP, UnitKind.DEPARTMENT)
ROLE_KINDS: dict[str, tuple[UnitKind, ...]] = {
    Role.COUNTY_OFFICE: (UnitKind.COUNTY,),
    Role.SECRETARY: (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT),
    Role.CLERK: (UnitKind.VILLAGE, UnitKind.COMMUNITY, UnitKind.SCHOOL, UnitKind.ENTERPRISE),
    Role.REVIEWER: _UPPER,
    Role.FUND_MANAGER: _UPPER,
    Role.FUND_APPROVER: _UPPER,
    Role.LEADER: _UPPER,
    Role.AUDITOR: _UPPER,
    Role.SYSTEM_ADMIN: _UPPER,
}


class AccountState(models.TextChoices):
    """What the list of accounts can be narrowed to."""

    ACTIVE = "active", "在用"
    CLOSED = "closed", "停用"
    NEW = "new", "没有登录过"
    LOCKED = "locked", "锁定"
    BARE = "bare", "没有双因素"
    ENDING = "ending", "14 天内到期"


class TokenScope(models.TextChoices):
    """What a token of the API may do of that which its owner may."""

    READ = "read", "只读"
    WRITE = "write", "读和写"


class Action(models.TextChoices):
    """What somebody may do on a branch. `orgs.scope.ROLE_ACTIONS` says which role grants which."""

    VIEW_NETWORK = "view_network", "查看组织网络"
    MANAGE_NETWORK = "manage_network", "管理组织网络"
    RECORD_NETWORK = "record_network", "登记关工委情况"
    EDIT_POSTS = "edit_posts", "登记任职和免职"
    VIEW_ROSTER = "view_roster", "查看五老名册"
    EDIT_ROSTER = "edit_roster", "登记和修改五老"
    REVEAL_ROSTER = "reveal_roster", "查看五老证件和电话"
    EXPORT_ROSTER_CLEAR = "export_roster_clear", "导出含证件号的登记表"
    VIEW_ACTIVITIES = "view_activities", "查看活动"
    RECORD_ACTIVITIES = "record_activities", "记活动"
    REVIEW_ACTIVITIES = "review_activities", "审核活动"
    VIEW_CHILDREN = "view_children", "查看儿童与结对"
    EDIT_CHILDREN = "edit_children", "登记儿童与结对"
    REVEAL_CHILDREN = "reveal_children", "查看儿童个人信息"
    VIEW_FUND = "view_fund", "查看关爱基金"
    HANDLE_FUND = "handle_fund", "经办关爱基金"
    APPROVE_FUND = "approve_fund", "审批关爱基金"
    VIEW_FIGURES = "view_figures", "查看数据"
    BUILD_REPORTS = "build_reports", "生成年终报告"
    VIEW_EVALUATION = "view_evaluation", "查看考评"
    SCORE_EVALUATION = "score_evaluation", "考评打分"
    VIEW_TRAIL = "view_trail", "查看审计日志"
    MANAGE_ACCOUNTS = "manage_accounts", "管理账号"
    USE_ADMIN = "use_admin", "进入管理后台"


class WithdrawalReason(models.TextChoices):
    """Why a founding was recorded by mistake. A choice, since what is typed freely does not belong in the trail."""

    WRONG_UNIT = "wrong_unit", "登错了单位"
    NOT_ISSUED = "not_issued", "文件没有印发"
    TWICE = "twice", "重复登记"


class ChangeVerb(models.TextChoices):
    """What a document may do to units that exist (design.md, The tree)."""

    RENAME = "rename", "更名"
    CHANGE_KIND = "change_kind", "村和社区互改"
    MOVE = "move", "划转"
    MERGE = "merge", "合并"
    DISSOLVE = "dissolve", "撤销"
    TAKE_BACK = "take_back", "撤回"


class ChangeState(models.TextChoices):
    PLANNED = "planned", "待生效"
    DONE = "done", "已生效"
    STUCK = "stuck", "未能生效"
    CANCELLED = "cancelled", "已取消"
    TAKEN_BACK = "taken_back", "已撤回"


class PartOfChange(models.TextChoices):
    """What a unit is in a change: what is renamed, moved or closed; where it goes; what goes along with it."""

    SUBJECT = "subject", "变更的单位"
    TARGET = "target", "去向"
    CHILD = "child", "随同划转"


# 村改社区 and back: these two kinds have the same parents and no open units under them.
INTERCHANGEABLE = (UnitKind.VILLAGE, UnitKind.COMMUNITY)
# What may be merged into what; everything else is dissolved with a successor.
MERGEABLE: dict[str, tuple[str, ...]] = {
    kind: INTERCHANGEABLE if kind in INTERCHANGEABLE else (kind,) for kind in UnitKind if kind != UnitKind.COUNTY
}
