"""Papers of one unit that are printed and stamped: a township's score sheet, a department's yearly overview."""

from decimal import Decimal

from guanai.documents import Paper
from guanai.sheets import Kind
from guanai.sheets.layout import Value
from reports.frozen import Figures, Frozen, Scores, figure, is_empty
from reports.indicators import INDICATORS, Measure
from reports.statistics_form import KEY_FIGURES, NONE, WAITING, overview_label, short_points

_BOXES = (("自评单位（盖章）", "负责人签字："), ("考评组", "组长签字："), ("县关工委（盖章）", "负责人签字："))


def score_paper(frozen: Frozen, scores: Scores) -> bytes:
    """考评计分表 of one township, ready to be signed and stamped."""
    place = frozen.place(scores.place)
    paper = Paper(f"{place.committee}\n{frozen.year}年度考评计分表", dated=frozen.day)
    paper.paragraph(f"适用《{scores.scheme}》，依据由本年度记录自动汇总，截至{frozen.day:%Y-%m-%d}。")
    rows: list[list[Value]] = [
        [
            line.heading,
            f"{number}. {line.name}\n{line.rule}",
            f"{'+' if line.is_bonus else ''}{short_points(line.maximum)}",
            line.evidence,
            short_points(line.suggested) or NONE,
            short_points(line.reviewed),
            line.reason,
        ]
        for number, line in enumerate(scores.lines, start=1)
    ]
    full = sum((Decimal(line.maximum) for line in scores.lines if not line.is_bonus), Decimal(0))
    points = f"{short_points(scores.base)}+{short_points(scores.bonus)}"
    paper.table(
        ("大项", "项目和规则", "满分", "依据", "建议", "考评", "扣分理由"),
        rows,
        kinds=(Kind.CODE, Kind.TEXT, Kind.CODE, Kind.TEXT, Kind.CODE, Kind.CODE, Kind.TEXT),
        widths=(9, 34, 9, 23, 9, 9, 17),
        total=("合计", "", short_points(str(full)), "", points, short_points(scores.total), scores.grade or WAITING),
        merged_columns=1,
        note=_note(scores),
    )
    paper.sign_boxes(_BOXES)
    return paper.to_bytes()


def _note(scores: Scores) -> str:
    waiting = sum(not (line.reviewed or line.suggested) for line in scores.lines)
    if not waiting:
        return f"合计 {short_points(scores.total)} 分，等次：{scores.grade}。"
    return f"建议分由记录算出；{waiting} 项由考评员评定，还没有打分，全部评定后才有合计和等次。"


def overview_paper(frozen: Frozen, code: str) -> bytes:
    """年度工作情况表 of one department: key figures beside last year's, ready to be signed and stamped."""
    place = frozen.place(code)
    paper = Paper(f"{place.committee}\n{frozen.year}年度工作情况表", dated=frozen.day)
    paper.paragraph(f"数字由本年度记录自动汇总，截至{frozen.day:%Y-%m-%d}。")
    rows: list[list[Value]] = []
    for part, codes in KEY_FIGURES.items():
        for each in codes:
            indicator = INDICATORS[each]
            said = [_said(figures[code], each) for figures in (frozen.branch, frozen.before)]
            rows.append([part.value, overview_label(indicator), indicator.measure.value, *said])
    paper.table(
        ("类别", "项目", "单位", f"{frozen.year}年", f"{frozen.year - 1}年"),
        rows,
        kinds=(Kind.CODE, Kind.TEXT, Kind.CODE, Kind.COUNT, Kind.COUNT),
        widths=(10, 34, 10, 23, 23),
        merged_columns=1,
    )
    paper.sign_boxes((_BOXES[0], _BOXES[2]))
    return paper.to_bytes()


def _said(figures: Figures, code: str) -> str:
    """A figure as text, in a column that holds money, counts and ratios."""
    indicator = INDICATORS[code]
    if is_empty(figures, indicator):
        return NONE
    value = figure(figures, code)
    if indicator.measure is Measure.PER_CENT:
        # The measure already says %.
        return f"{value * 100:.1f}"
    return f"{value:,}"
