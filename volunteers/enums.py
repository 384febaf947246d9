from django.db import models

from orgs.enums import UnitKind


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class VeteranKind(models.TextChoices):
    """五老 (工作条例 2011), and those who help without being one."""

    CADRE = "cadre", "老干部"
    SOLDIER = "soldier", "老战士"
    EXPERT = "expert", "老专家"
    TEACHER = "teacher", "老教师"
    MODEL_WORKER = "model_worker", "老模范"
    OTHER = "other", "其他志愿者"


VETERAN_KINDS = tuple(kind for kind in VeteranKind.values if kind != VeteranKind.OTHER)


class VolunteerStatus(models.TextChoices):
    ACTIVE = "active", "在册"
    RESTING = "resting", "暂停"
    LEFT = "left", "退出"
    DECEASED = "deceased", "离世"


# Who stands on the roster, and who does no more.
CURRENT = (VolunteerStatus.ACTIVE, VolunteerStatus.RESTING)
GONE = (VolunteerStatus.LEFT, VolunteerStatus.DECEASED)


class Politics(models.TextChoices):
    """政治面貌."""

    PARTY = "party", "中共党员"
    DEMOCRATIC = "democratic", "民主党派"
    NO_PARTY = "no_party", "无党派人士"
    LEAGUE = "league", "共青团员"
    MASSES = "masses", "群众"


class Education(models.TextChoices):
    """文化程度."""

    PRIMARY = "primary", "小学及以下"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中（中专）"
    COLLEGE = "college", "大专"
    BACHELOR = "bachelor", "本科"
    MASTER = "master", "研究生"


class Retirement(models.TextChoices):
    """离退休类型."""

    VETERAN_CADRE = "veteran_cadre", "离休"
    RETIRED = "retired", "退休"
    STEPPED_BACK = "stepped_back", "退居二线"
    SERVING = "serving", "在职"
    FARMER = "farmer", "务农"
    OTHER = "other", "其他"


class Health(models.TextChoices):
    """健康状况 as far as it bears on what somebody can do; illnesses are never collected (domain.md §1)."""

    GOOD = "good", "良好"
    FAIR = "fair", "一般"
    WEAK = "weak", "较弱"


class Weekday(models.IntegerChoices):
    MONDAY = 1, "周一"
    TUESDAY = 2, "周二"
    WEDNESDAY = 3, "周三"
    THURSDAY = 4, "周四"
    FRIDAY = 5, "周五"
    SATURDAY = 6, "周六"
    SUNDAY = 7, "周日"


class Daypart(models.TextChoices):
    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    EVENING = "evening", "晚上"


class Post(models.TextChoices):
    HONORARY_DIRECTOR = "honorary_director", "名誉主任"
    ADVISER = "adviser", "顾问"
    DIRECTOR = "director", "主任"
    EXECUTIVE_DIRECTOR = "executive_director", "执行主任"
    EXECUTIVE_DEPUTY_DIRECTOR = "executive_deputy_director", "常务副主任"
    FULLTIME_DEPUTY_DIRECTOR = "fulltime_deputy_director", "专职副主任"
    DEPUTY_DIRECTOR = "deputy_director", "副主任"
    SECRETARY_GENERAL = "secretary_general", "秘书长"
    OFFICE_DIRECTOR = "office_director", "办公室主任"
    MEMBER = "member", "委员"
    LIAISON = "liaison", "联络员"
    STAFF = "staff", "工作人员"


# The posts that a Party document fills (domain.md §0, mechanism 2).
KEY_POSTS = (Post.DIRECTOR, Post.EXECUTIVE_DEPUTY_DIRECTOR, Post.OFFICE_DIRECTOR, Post.STAFF)

# One holder at a time in a committee; the database holds it, too.
SINGLE_POSTS = (Post.DIRECTOR, Post.EXECUTIVE_DEPUTY_DIRECTOR, Post.OFFICE_DIRECTOR)

# Held by a retired 五老 of the roster alone (domain.md §0, mechanism 2).
VETERAN_POSTS = (Post.EXECUTIVE_DEPUTY_DIRECTOR,)


class EndReason(models.TextChoices):
    """Why somebody's time in a post ended."""

    DISMISSED = "dismissed", "免职"
    TERM_OVER = "term_over", "届满"
    TRANSFERRED = "transferred", "调离"
    RETIRED = "retired", "退休"
    RESIGNED = "resigned", "因身体等原因请辞"
    DECEASED = "deceased", "离世"


class TeamKind(models.TextChoices):
    LECTURERS = "lecturers", "报告团（宣讲团）"
    CARE = "care", "关爱工作团"
    TEACHERS = "teachers", "讲师团"
    SCIENCE = "science", "科技服务团"
    LAW_DEPUTIES = "law_deputies", "法治副校长"
    SUPERVISORS = "supervisors", "义务监督员"
    STUDIO = "studio", "五老工作室"


class StudioKind(models.TextChoices):
    """What a 五老工作室 is for (domain.md §1, Team); other teams have none."""

    TELLING = "telling", "宣讲型"
    SERVICE = "service", "服务型"
    PROFESSIONAL = "professional", "专业型"


# How many people lead a 五老工作室 at a time: 1–2 领衔人 (domain.md §1, Team).
MOST_LEADERS = 2


class HonourLevel(models.TextChoices):
    """Of which level the body is that awarded an honour."""

    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡镇级"


class PlaceGroup(models.TextChoices):
    """Where 五老 are rooted: agencies, villages, schools, enterprises (domain.md §0, mechanism 3)."""

    DEPARTMENTS = "departments", "县直部门"
    VILLAGES = "villages", "村和社区"
    SCHOOLS = "schools", "学校"
    ENTERPRISES = "enterprises", "企业"


KINDS_OF_GROUP: dict[str, tuple[UnitKind, ...]] = {
    PlaceGroup.DEPARTMENTS: (UnitKind.DEPARTMENT,),
    PlaceGroup.VILLAGES: (UnitKind.VILLAGE, UnitKind.COMMUNITY),
    PlaceGroup.SCHOOLS: (UnitKind.SCHOOL,),
    PlaceGroup.ENTERPRISES: (UnitKind.ENTERPRISE,),
}


class RowState(models.TextChoices):
    """What a row of a file means for the roster."""

    NEW = "new", "新增"
    CHANGED = "changed", "有变化"
    SAME = "same", "相同"
    QUESTION = "question", "待确认"
    ERROR = "error", "有错误"


class ImportWork(models.TextChoices):
    """What is done with a large file in the background."""

    READ = "read", "读文件"
    CHECK = "check", "核对"
    COMMIT = "commit", "导入"
    UNDO = "undo", "撤销"


class ImportState(models.TextChoices):
    OPEN = "open", "未导入"
    COMMITTED = "committed", "已导入"
    UNDONE = "undone", "已撤销"
    EXPIRED = "expired", "已过期"


class Ruling(models.TextChoices):
    """Whether two rows of the roster are one person."""

    MERGED = "merged", "同一人，已合并"
    TWO_PERSONS = "two_persons", "两个人"
