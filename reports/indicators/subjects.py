"""What the records behind figures are, and how their lists show them.

A leader opens every figure, and sees number, unit, date and amount; names of persons need the subject's own action.
"""

from orgs.enums import Action
from reports.indicators.declaration import Column, Subject

UNIT = Subject(
    action=Action.VIEW_NETWORK,
    columns=(
        Column("代码", lambda r: r.code),
        Column("单位", lambda r: r.short_name),
        Column("类别", lambda r: r.get_kind_display()),
        Column("关工委成立", lambda r: r.committee_established_on),
        Column("成立文号", lambda r: r.committee_document),
    ),
    detail="orgs:unit_detail",
    detail_key="code",
)

UNIT_YEAR = Subject(
    action=Action.VIEW_NETWORK,
    columns=(
        Column("单位", lambda r: r.unit.short_name),
        Column("工作经费（元）", lambda r: r.budget),
        Column("补贴到位", lambda r: r.allowance_paid),
        Column("办公室", lambda r: r.has_office),
        Column("活动室", lambda r: r.has_activity_room),
        Column("工作人员", lambda r: r.staff),
        Column("刊物（份）", lambda r: r.periodicals),
        Column("五好认定文号", lambda r: r.five_goods_document),
    ),
    related=("unit",),
    detail="orgs:unit_detail",
    detail_key="unit.code",
)

APPOINTMENT = Subject(
    action=Action.VIEW_ROSTER,
    columns=(
        Column("任职文号", lambda r: r.document),
        Column("单位", lambda r: r.unit.short_name),
        Column("职务", lambda r: r.get_post_display()),
        Column("任职日期", lambda r: r.starts_on),
        Column("姓名", lambda r: r.volunteer.name if r.volunteer else r.official, personal=True),
    ),
    related=("unit", "volunteer"),
)

VOLUNTEER = Subject(
    action=Action.VIEW_ROSTER,
    columns=(
        Column("编号", lambda r: r.number),
        Column("单位", lambda r: r.unit.short_name),
        Column("入库日期", lambda r: r.joined_on),
        Column("类别", lambda r: r.get_kind_display()),
        Column("姓名", lambda r: r.name, personal=True),
        Column("性别", lambda r: r.get_sex_display(), personal=True),
        Column("出生年份", lambda r: r.birth_year and str(r.birth_year), personal=True),
    ),
    related=("unit",),
    detail="volunteers:volunteer_detail",
)

TEAM = Subject(
    action=Action.VIEW_ROSTER,
    columns=(
        Column("团队", lambda r: r.name, personal=True),
        Column("单位", lambda r: r.unit.short_name),
        Column("类别", lambda r: r.kind_label),
        Column("成立日期", lambda r: r.founded_on),
    ),
    related=("unit",),
    detail="volunteers:team_detail",
)

TEAM_MEMBER = Subject(
    action=Action.VIEW_ROSTER,
    columns=(
        Column("编号", lambda r: r.volunteer.number),
        Column("单位", lambda r: r.team.unit.short_name),
        Column("类别", lambda r: r.team.kind_label),
        Column("团队", lambda r: r.team.name, personal=True),
        Column("加入日期", lambda r: r.starts_on),
        Column("姓名", lambda r: r.volunteer.name, personal=True),
    ),
    related=("team__unit", "volunteer"),
    detail="volunteers:volunteer_detail",
    detail_key="volunteer.pk",
)

ACTIVITY = Subject(
    action=Action.VIEW_ACTIVITIES,
    columns=(
        Column("活动", lambda r: r.name, note=lambda r: r.number),
        Column("主办单位", lambda r: r.unit.short_name),
        Column("日期", lambda r: r.held_on),
        Column("主题", lambda r: r.theme.name),
        Column("场次", lambda r: r.sessions),
        Column("青少年（人次）", lambda r: r.young_people),
        Column("留守、困境（人次）", lambda r: r.in_need),
        Column("其他（人次）", lambda r: r.others),
    ),
    related=("unit", "theme"),
    detail="activities:activity_detail",
)

MEETING = Subject(
    action=Action.VIEW_ACTIVITIES,
    columns=(
        Column("名称", lambda r: r.name),
        Column("单位", lambda r: r.unit.short_name),
        Column("日期", lambda r: r.held_on),
        Column("类别", lambda r: r.get_kind_display()),
        Column("参加人数", lambda r: r.attendance),
    ),
    related=("unit",),
    detail="activities:meeting_detail",
)

INCLUSION = Subject(
    action=Action.VIEW_ACTIVITIES,
    columns=(
        Column("纳入", lambda r: r.get_kind_display()),
        Column("单位", lambda r: r.unit.short_name),
        Column("依据", lambda r: r.evidence),
        Column("日期", lambda r: r.dated_on),
    ),
    related=("unit", "meeting"),
)

PAPER = Subject(
    action=Action.VIEW_ACTIVITIES,
    columns=(
        Column("材料", lambda r: r.get_kind_display()),
        Column("单位", lambda r: r.unit.short_name),
        Column("归档日期", lambda r: r.filed_on),
    ),
    related=("unit",),
)

PUBLICATION = Subject(
    action=Action.VIEW_ACTIVITIES,
    columns=(
        Column("题目", lambda r: r.name),
        Column("单位", lambda r: r.unit.short_name),
        Column("报送日期", lambda r: r.published_on),
        Column("种类", lambda r: r.get_kind_display()),
        Column("采用单位", lambda r: r.adopted_by),
        Column("采用日期", lambda r: r.adopted_on),
    ),
    related=("unit",),
)

VENUE = Subject(
    action=Action.VIEW_ACTIVITIES,
    columns=(
        Column("阵地", lambda r: r.name),
        Column("单位", lambda r: r.unit.short_name),
        Column("类别", lambda r: r.get_kind_display()),
        Column("启用日期", lambda r: r.opened_on),
        Column("示范站", lambda r: r.is_model),
    ),
    related=("unit",),
)

CHILD = Subject(
    action=Action.VIEW_CHILDREN,
    columns=(
        Column("编号", lambda r: r.number),
        Column("单位", lambda r: r.unit.short_name),
        Column("登记日期", lambda r: r.registered_on),
    ),
    related=("unit",),
    detail="aid:child_detail",
)

PAIRING = Subject(
    action=Action.VIEW_CHILDREN,
    columns=(
        Column("儿童编号", lambda r: r.child.number),
        Column("单位", lambda r: r.child.unit.short_name),
        Column("开始日期", lambda r: r.starts_on),
        Column("帮扶人类别", lambda r: r.get_kind_display()),
        Column(
            "帮扶人",
            lambda r: r.helper,
            personal=True,
            action=Action.VIEW_ROSTER,
        ),
    ),
    related=("child__unit", "volunteer", "helper_unit"),
    detail="aid:child_detail",
    detail_key="child.pk",
)

VISIT = Subject(
    action=Action.VIEW_CHILDREN,
    columns=(
        Column("儿童编号", lambda r: r.pairing.child.number),
        Column("单位", lambda r: r.pairing.child.unit.short_name),
        Column("日期", lambda r: r.held_on),
        Column("方式", lambda r: r.get_way_display()),
    ),
    related=("pairing__child__unit",),
    detail="aid:child_detail",
    detail_key="pairing.child.pk",
)

HELP = Subject(
    action=Action.VIEW_CHILDREN,
    columns=(
        Column("儿童编号", lambda r: r.child.number),
        Column("单位", lambda r: r.unit.short_name),
        Column("日期", lambda r: r.given_on),
        Column("帮扶", lambda r: "走访" if r.visit_id else "资助"),
    ),
    related=("child", "unit"),
    detail="aid:child_detail",
    detail_key="child.pk",
)

DONATION = Subject(
    action=Action.VIEW_FUND,
    columns=(
        Column("收据号", lambda r: r.number),
        Column("单位", lambda r: r.account.unit.short_name),
        Column("收到日期", lambda r: r.received_on),
        Column("金额（元）", lambda r: r.amount),
        Column("捐赠方类别", lambda r: r.get_donor_kind_display()),
        Column("捐赠方", lambda r: r.donor or "匿名", personal=True),
    ),
    related=("account__unit",),
)

GRANT = Subject(
    action=Action.VIEW_CHILDREN,
    columns=(
        Column("编号", lambda r: r.number),
        Column("申请单位", lambda r: r.unit.short_name),
        Column("发放日期", lambda r: r.paid_on),
        Column("金额（元）", lambda r: r.amount),
        Column("项目", lambda r: r.item),
        Column("儿童编号", lambda r: r.child.number, personal=True),
    ),
    related=("unit", "child"),
    detail="aid:child_detail",
    detail_key="child.pk",
)

ENTRY = Subject(
    action=Action.VIEW_FUND,
    columns=(
        Column("流水号", lambda r: str(r.pk)),
        Column("单位", lambda r: r.account.unit.short_name),
        Column("记账日期", lambda r: r.posted_on),
        Column("金额（元）", lambda r: r.amount),
        Column("种类", lambda r: r.get_kind_display()),
        Column("账户", lambda r: r.account.name),
    ),
    related=("account__unit",),
)
