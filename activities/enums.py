from django.db import models


class ThemeGroup(models.TextChoices):
    """Sichuan's top grouping of themes (domain.md §4)."""

    VIRTUE = "virtue", "立德树人"
    SUPPORT = "support", "助弱帮困"
    FOUNDATION = "foundation", "固本强基"


class ThemeNature(models.TextChoices):
    """Which count of the annual statistics form a theme feeds (domain.md §3, 教育)."""

    VIRTUE = "virtue", "思想道德教育"
    LAW = "law", "法治教育"
    SCIENCE = "science", "科学文体"
    MENTAL = "mental", "心理健康"
    FAMILY = "family", "家庭教育"
    LABOUR = "labour", "劳动实践"
    TUTORING = "tutoring", "学业辅导"
    CARE = "care", "关爱帮扶"
    BUILDING = "building", "自身建设"


class ActivityForm(models.TextChoices):
    TALK = "talk", "宣讲报告"
    BASE_VISIT = "base_visit", "参观基地"
    CONTEST = "contest", "征文演讲比赛"
    FILM = "film", "看红色影片"
    CLASS = "class", "课堂"
    TUTORING = "tutoring", "辅导"
    PERFORMANCE = "performance", "文艺活动"
    LABOUR = "labour", "劳动实践"
    VISIT = "visit", "走访慰问"
    OTHER = "other", "其他"


class ActivityState(models.TextChoices):
    """What is still being written is no activity yet: see `ActivityDraft`."""

    SUBMITTED = "submitted", "待审"
    RETURNED = "returned", "退回"
    ACCEPTED = "accepted", "已归档"


# What the figures count: recorded work that nobody has sent back.
COUNTED_STATES = (ActivityState.SUBMITTED, ActivityState.ACCEPTED)


class VenueKind(models.TextChoices):
    RED_BASE = "red_base", "红色教育基地"
    LABOUR_BASE = "labour_base", "劳动实践基地"
    STUDIO = "studio", "五老工作室"
    SUNSHINE_STATION = "sunshine_station", "阳光驿站"
    CHILDREN_CENTRE = "children_centre", "儿童活动中心"
    TUTORING_STATION = "tutoring_station", "校外辅导站"


class MeetingKind(models.TextChoices):
    MEETING = "meeting", "会议"
    TRAINING = "training", "培训"
    HEARING = "hearing", "党委听取汇报"


class InclusionKind(models.TextChoices):
    """五纳入五统一 (domain.md §2): where the work is taken in, and what is then done as one."""

    AGENDA = "agenda", "党政领导工作日程"
    TARGETS = "targets", "经济社会发展目标"
    PARTY = "party", "基层党建活动"
    CULTURE = "culture", "精神文明建设"
    APPRAISAL = "appraisal", "年终目标考核"

    @property
    def short(self) -> str:
        """The name of its cell."""
        words = {"agenda": "日程", "targets": "目标", "party": "党建", "culture": "文明", "appraisal": "考核"}
        return words[self.value]

    @property
    def unified(self) -> str:
        """统一谋划, the second half of the pair."""
        words = {"agenda": "谋划", "targets": "规划", "party": "部署", "culture": "安排", "appraisal": "考核"}
        return f"统一{words[self.value]}"


class PaperKind(models.TextChoices):
    """The yearly papers of the five cells that are written (the third, 记录, is the activities themselves)."""

    PLAN = "plan", "计划"
    CHECK = "check", "检查"
    SUMMARY = "summary", "总结"
    ASSESSMENT = "assessment", "评估"
    STATISTICS = "statistics", "年度报表"


class PaperState(models.TextChoices):
    DRAFT = "draft", "草稿"
    RETURNED = "returned", "退回"
    FILED = "filed", "已归档"


class PublicationKind(models.TextChoices):
    RESEARCH = "research", "调研"
    NEWS = "news", "信息"
