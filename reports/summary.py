"""年度工作总结 of a county as a paper: every sentence with a figure is computed, and honest when it is nought.

The order is that of the field's own papers: organisation, people, places and activities, care, guarantees.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from guanai.documents import Paper
from reports.enums import Grade
from reports.frozen import Frozen, figure
from reports.indicators import INDICATORS, Figure, Measure

_WAN = Decimal(10_000)


class Words:
    """Says the figures of one place and year in the words of papers: no space between characters and digits."""

    def __init__(self, frozen: Frozen, code: str) -> None:
        self.frozen = frozen
        self.this = frozen.branch[code]
        self.last = frozen.before[code]

    @property
    def span(self) -> str:
        """What the figures cover: a whole year, or the running one so far."""
        day = self.frozen.day
        return "全年" if (day.month, day.day) == (12, 31) else "今年以来"

    def value(self, code: str) -> Figure:
        return figure(self.this, code)

    def said(self, code: str) -> str:
        """1,038场; 726.35万元（7,263,512.34元）; 98.6%."""
        return said(self.value(code), INDICATORS[code].measure)

    def has(self, *codes: str) -> bool:
        return any(self.value(code) for code in codes)

    def compared(self, code: str) -> str:
        """，比上年增加51场、增长5.2% — beside the unit's own last year, never beside another unit."""
        this, last = self.value(code), figure(self.last, code)
        if not last:
            return "，上年没有记录" if this else ""
        if this == last:
            return "，与上年持平"
        measure = INDICATORS[code].measure
        up = this > last
        change: Figure = this - last if up else last - this
        if measure is Measure.PER_CENT:
            return f"，比上年{'提高' if up else '下降'}{change * 100:.1f}个百分点"
        share = (Decimal(change) * 100 / Decimal(last)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return (
            f"，比上年{'增加' if up else '减少'}{said(change, measure, brief=True)}、{'增长' if up else '下降'}{share}%"
        )

    def listed(self, named: Sequence[tuple[str, str]]) -> str:
        """老干部812人、老教师1,904人; those that are nought are left out."""
        return "、".join(f"{name}{self.said(code)}" for name, code in named if self.value(code))


def said(value: Figure, measure: Measure, *, brief: bool = False) -> str:
    """A figure with its unit of measure; money of ten thousand yuan and more in 万元, with the exact sum behind it."""
    if measure is Measure.PER_CENT:
        return f"{value * 100:.1f}%"
    if measure is not Measure.YUAN:
        return f"{value:,}{measure}"
    if value < _WAN:
        return f"{value:,.2f}元"
    rounded = (Decimal(value) / _WAN).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:,}万元" if brief else f"{rounded:,}万元（{value:,.2f}元）"


def summary_paper(frozen: Frozen) -> bytes:
    """The county's year in the layout of GB/T 9704-2012."""
    county = frozen.place(frozen.county)
    words = Words(frozen, county.code)
    paper = Paper(f"{county.committee}\n{frozen.year}年度工作总结", dated=frozen.day)
    paper.paragraph(_opening(words))
    paper.heading1("组织建设")
    _write(paper, _organisation(words))
    paper.heading1("五老队伍")
    _write(paper, _people(words))
    paper.heading1("阵地和活动")
    for heading, paragraphs in _activities(words):
        paper.heading2(heading)
        _write(paper, paragraphs)
    paper.heading1("关爱帮扶")
    for heading, paragraphs in _care(words):
        paper.heading2(heading)
        _write(paper, paragraphs)
    paper.heading1("工作保障")
    _write(paper, _guarantees(words))
    paper.heading1("年度考评")
    _write(paper, [_evaluation(frozen)])
    paper.signature(county.committee, frozen.day)
    return paper.to_bytes()


def _write(paper: Paper, paragraphs: Sequence[str]) -> None:
    for text in paragraphs:
        paper.paragraph(text)


def _opening(words: Words) -> str:
    frozen = words.frozen
    parts = []
    if words.has("activities"):
        parts.append(f"开展活动{words.said('activities')}，参加青少年{words.said('young_people')}")
    if words.has("children_helped"):
        parts.append(f"帮扶儿童{words.said('children_helped')}")
    if words.has("funds_raised"):
        parts.append(f"凝聚关爱资金{words.said('funds_raised')}")
    did = "，".join(parts) if parts else "没有记录活动和帮扶"
    return (
        f"{frozen.year}年，全县关工委系统坚持党建带关建，组织五老关心下一代健康成长。{words.span}{did}。"
        f"本总结的数字由各级关工委记录自动汇总，统计截至{frozen.day.year}年{frozen.day.month}月{frozen.day.day}日。"
    )


def _organisation(words: Words) -> list[str]:
    if not words.has("committees_required", "committees"):
        return ["全县还没有登记应建和已建的关工委。"]
    tiers = words.listed(
        [
            ("县级", "committees_tier_county"),
            ("乡镇（部门）级", "committees_tier_township"),
            ("村（社区）级", "committees_tier_village"),
        ]
    )
    first = (
        f"全县应建关工委{words.said('committees_required')}，已建{words.said('committees_covered')}，"
        f"覆盖率{words.said('coverage')}{words.compared('coverage')}。"
    )
    missing = words.value("committees_required") - words.value("committees_covered")
    first += f"还有{missing}个应建未建。" if missing else "应建的全部建立。"
    beyond = words.value("committees") - words.value("committees_covered")
    if tiers:
        outside = f"（含应建范围以外的{beyond}个）" if beyond else ""
        first += f"全县现有关工委{words.said('committees')}{outside}，其中{tiers}。"
    second = (
        f"五好关工委{words.said('five_goods')}，达标率{words.said('five_goods_rate')}{words.compared('five_goods')}。"
        if words.has("five_goods")
        else "本年度没有认定五好关工委的记录。"
    )
    return [first, second]


def _people(words: Words) -> list[str]:
    if not words.has("veterans"):
        return ["名册上还没有五老。"]
    kinds = words.listed(
        [
            ("老干部", "veterans_cadre"),
            ("老战士", "veterans_soldier"),
            ("老专家", "veterans_expert"),
            ("老教师", "veterans_teacher"),
            ("老模范", "veterans_model_worker"),
        ]
    )
    paragraphs = [
        f"在册五老{words.said('veterans')}{words.compared('veterans')}，其中骨干五老{words.said('core')}。"
        f"按类别分，{kinds}。男{words.said('veterans_male')}，女{words.said('veterans_female')}"
        + (f"，平均年龄{words.said('mean_age')}。" if words.has("mean_age") else "。")
    ]
    if words.has("teams"):
        paragraphs.append(
            f"组建五老团队{words.said('teams')}{words.compared('teams')}，成员{words.said('team_members')}。"
        )
    if words.has("other_volunteers"):
        paragraphs.append(f"另有其他志愿者{words.said('other_volunteers')}。")
    return paragraphs


def _activities(words: Words) -> list[tuple[str, list[str]]]:
    return [
        ("阵地建设", [_places(words)]),
        ("主题教育", _themed(words)),
        ("法治教育", [_law(words)]),
        ("辅导和身心健康", [_tutoring(words)]),
    ]


def _places(words: Words) -> str:
    if not words.has("venues"):
        return "全县还没有登记阵地。"
    kinds = words.listed([(INDICATORS[code].label, code) for code in words.this if code.startswith("venues_")])
    models = f"示范辅导站{words.said('model_stations')}。" if words.has("model_stations") else ""
    return f"全县有阵地{words.said('venues')}{words.compared('venues')}，其中{kinds}。{models}"


def _themed(words: Words) -> list[str]:
    if not words.has("activities"):
        return [f"{words.frozen.year}年没有记录活动。"]
    first = (
        f"{words.span}开展活动{words.said('activities')}{words.compared('activities')}；"
        f"参加青少年{words.said('young_people')}{words.compared('young_people')}"
    )
    first += f"，其中留守、困境儿童{words.said('in_need')}。" if words.has("in_need") else "。"
    forms = words.listed([("征文演讲比赛", "contests"), ("参观基地", "base_visits")])
    first += f"其中{forms}。" if forms else ""
    themes = "、".join(f"“{name}”{this:,}场" for name, this, _ in words.frozen.themes if this)
    return [first, f"按主题目录，{themes}。"]


def _law(words: Words) -> str:
    if not words.has("talks"):
        return "本年度没有记录道德和法治教育。"
    law = (
        f"其中法治教育{words.said('law_sessions')}{words.compared('law_sessions')}。"
        if words.has("law_sessions")
        else "其中没有法治教育的记录。"
    )
    return f"思想道德和法治教育{words.said('talks')}{words.compared('talks')}。{law}"


def _tutoring(words: Words) -> str:
    tutoring = (
        f"学业辅导{words.said('tutoring_sessions')}{words.compared('tutoring_sessions')}。"
        if words.has("tutoring_sessions")
        else "本年度没有记录学业辅导。"
    )
    others = words.listed(
        [
            ("科学文体", "science_sessions"),
            ("心理健康", "mental_sessions"),
            ("家庭教育", "family_sessions"),
            ("劳动实践", "labour_sessions"),
        ]
    )
    return tutoring + (f"{others}。" if others else "")


def _care(words: Words) -> list[tuple[str, list[str]]]:
    if words.has("pairings", "helps"):
        pairing = (
            f"正在进行的结对{words.said('pairings')}{words.compared('pairings')}。"
            f"{words.span}走访{words.said('visits')}，帮扶儿童{words.said('children_helped')}、{words.said('helps')}"
            f"{words.compared('helps')}。"
        )
    else:
        pairing = "本年度没有记录结对和帮扶。"
    return [("结对帮扶", [pairing]), ("关爱基金", _fund(words))]


def _fund(words: Words) -> list[str]:
    year = words.frozen.year
    raised = (
        f"{year}年，全县关工委系统累计凝聚关爱资金达{words.said('funds_raised')}{words.compared('funds_raised')}"
        if words.has("funds_raised")
        else f"{year}年，全县关工委系统没有记录关爱资金收入"
    )
    aided = (
        f"，帮扶困难学生{words.said('student_grants')}{words.compared('student_grants')}，"
        f"助学金额{words.said('student_grants_amount')}。"
        if words.has("student_grants")
        else "，没有发放助学。"
    )
    second = [f"收到捐赠{words.said('donations')}"] if words.has("donations") else []
    second += [f"其中物资折价{words.said('goods_received')}"] if words.has("goods_received") else []
    second += [f"财政安排{words.said('allocations')}"] if words.has("allocations") else []
    second.append(
        f"{words.span}发放各类资助{words.said('grants')}，金额{words.said('grants_amount')}"
        if words.has("grants")
        else f"{words.span}没有发放资助"
    )
    second.append(f"基金支出{words.said('funds_spent')}，结余{words.said('fund_balance')}")
    return [raised + aided, "，".join(second) + "。"]


def _guarantees(words: Words) -> list[str]:
    money = (
        f"各级关工委工作经费{words.said('budget')}{words.compared('budget')}，工作人员{words.said('staff')}。"
        if words.has("budget")
        else "本年度没有登记工作经费。"
    )
    rooms = words.listed(
        [("有办公室的", "offices"), ("有活动室的", "activity_rooms"), ("补贴到位的", "allowance_paid")]
    )
    papers = words.listed([("计划", "paper_plan"), ("检查", "paper_check"), ("总结", "paper_summary")])
    meetings = words.listed([("会议", "meetings"), ("培训", "trainings"), ("党委听取汇报", "hearings")])
    paragraphs = [money + (f"{rooms}。" if rooms else "")]
    paragraphs.append(f"{words.span}归档{papers}。" if papers else "本年度还没有归档的计划、检查和总结。")
    if meetings:
        paragraphs.append(f"召开{meetings}。")
    return paragraphs


def _evaluation(frozen: Frozen) -> str:
    if not frozen.scores:
        return "本年度没有参加考评的单位。"
    waiting = sum(not scores.total for scores in frozen.scores)
    opening = f"按《{frozen.scores[0].scheme}》，{len(frozen.scores)}个乡镇级单位参加考评。"
    if waiting:
        return opening + f"由记录计算的项目已经给出建议分，{waiting}个单位还有考评员评定的项目，待评。"
    grades = Counter(scores.grade for scores in frozen.scores)
    return opening + "、".join(f"{grade}{grades[grade]}个" for grade in Grade.labels if grades[grade]) + "。"
