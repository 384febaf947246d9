from django.db import models


class ChildCategory(models.TextChoices):
    """Certified by 民政 and others, never by the committee itself (domain.md §5). Restricted ones are not here."""

    LEFT_BEHIND = "left_behind", "农村留守儿童"
    IN_DIFFICULTY = "in_difficulty", "困境儿童"
    ORPHAN = "orphan", "孤儿"
    DE_FACTO_UNATTENDED = "de_facto_unattended", "事实无人抚养儿童"
    MIGRANT = "migrant", "流动儿童"
    DISABLED = "disabled", "残疾"
    SERIOUSLY_ILL = "seriously_ill", "重病"
    LOW_INCOME = "low_income", "低保、特困、脱贫不稳定家庭"


class SchoolStage(models.TextChoices):
    PRESCHOOL = "preschool", "学前"
    PRIMARY = "primary", "小学"
    MIDDLE = "middle", "初中"
    HIGH = "high", "高中（中职）"
    COLLEGE = "college", "大学"


class PersonalField(models.TextChoices):
    """What of a child stands masked and may be looked at, one field at a time, in the words of the log."""

    NAME = "name", "姓名"
    ID_NUMBER = "id_number", "证件号"
    SCHOOL = "school", "就读学校"
    ADDRESS = "address", "住址"
    GUARDIAN = "guardian", "监护人姓名"
    GUARDIAN_PHONE = "guardian_phone", "监护人电话"


class AgeBand(models.TextChoices):
    """By the birthdays on which consent, categories and the end of care hang."""

    UNDER_14 = "under_14", "不满 14 岁"
    FROM_14 = "from_14", "14–15 岁"
    FROM_16 = "from_16", "16–17 岁"
    ADULT = "adult", "已满 18 岁"


class ConsentWay(models.TextChoices):
    PAPER = "paper", "书面"
    SPOKEN = "spoken", "口头（两人见证）"


class HelperKind(models.TextChoices):
    VETERAN = "veteran", "五老"
    ACTING_PARENT = "acting_parent", "代理家长"
    LOVING_MOTHER = "loving_mother", "爱心妈妈"
    UNIT = "unit", "单位"


class VisitWay(models.TextChoices):
    HOME = "home", "入户"
    SCHOOL = "school", "到校"
    PHONE = "phone", "电话"


class DonorKind(models.TextChoices):
    AGENCY = "agency", "机关单位"
    ENTERPRISE = "enterprise", "企业"
    ASSOCIATION = "association", "社会组织"
    PERSON = "person", "个人"
    ANONYMOUS = "anonymous", "匿名"


class GiftKind(models.TextChoices):
    MONEY = "money", "资金"
    GOODS = "goods", "物资"


class FundPurpose(models.TextChoices):
    EDUCATION = "education", "助学"
    HARDSHIP = "hardship", "助困"
    DISABILITY = "disability", "助残"
    REWARD = "reward", "关爱奖励"
    GENERAL = "general", "不定向"


class EntryKind(models.TextChoices):
    DONATION = "donation", "捐赠收入"
    ALLOCATION = "allocation", "财政安排"
    GRANT = "grant", "资助支出"
    COST = "cost", "活动支出"


# What counts as 凝聚关爱资金: money and goods that came in, from givers and from the budget.
INCOME_KINDS = (EntryKind.DONATION, EntryKind.ALLOCATION)


class GrantState(models.TextChoices):
    APPLIED = "applied", "已申请"
    CHECKED = "checked", "村已核实"
    REVIEWED = "reviewed", "乡镇已审核"
    APPROVED = "approved", "已批准"
    PAID = "paid", "已发放"
    SIGNED = "signed", "已签收"
    REFUSED = "refused", "未批准"


# A grant counts from the day on which it was paid.
PAID_STATES = (GrantState.PAID, GrantState.SIGNED)
