"""The county's default scheme: the first published score sheet of domain.md §2. Every number here becomes data."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from orgs.enums import UnitKind
from orgs.models import Unit
from reports.enums import RuleKind
from reports.models import Scheme, SchemeItem

_R = RuleKind

# (heading, name, rule in words, maximum, rule kind, evidence, parameters); the shape of parameters: reports/scoring.py.
_TOWN_ITEMS: tuple[tuple[str, str, str, str, RuleKind, str, dict[str, Any]], ...] = (
    (
        "班子",
        "班子健全",
        "四个主要岗位，缺一个扣 1 分",
        "5",
        _R.DEDUCT_PER_MISSING,
        "key_posts",
        {"wanted": {"key_posts": {"count": "4", "each": "1"}}},
    ),
    (
        "班子",
        "年经费 5000 元、补贴到位",
        "达到得满分",
        "8",
        _R.ALL_OR_NOTHING,
        "money",
        {"at_least": {"budget": "5000", "allowance_paid": "1"}},
    ),
    ("班子", "刊物征订", "考评员评定", "5", _R.JUDGED, "periodicals", {}),
    (
        "五老",
        "主题教育",
        "全年 4 场以上得满分，不足按比例",
        "4",
        _R.THRESHOLD_COUNT,
        "theme",
        {"at_least": {"virtue_sessions": "4"}},
    ),
    (
        "五老",
        "法治教育",
        "全年 4 场，每少 1 场扣 1 分",
        "4",
        _R.DEDUCT_PER_MISSING,
        "law",
        {"wanted": {"law_sessions": {"count": "4", "each": "1"}}},
    ),
    (
        "制度",
        "制度健全",
        "计划、检查、总结，缺一样扣 2 分",
        "6",
        _R.DEDUCT_PER_MISSING,
        "papers",
        {
            "wanted": {
                "paper_plan": {"count": "1", "each": "2"},
                "paper_check": {"count": "1", "each": "2"},
                "paper_summary": {"count": "1", "each": "2"},
            }
        },
    ),
    (
        "制度",
        "记载簿与报表",
        "四个季度都有记录，年度报表一份，每缺一期扣 2 分",
        "10",
        _R.DEDUCT_PER_MISSING,
        "record_book",
        {
            "wanted": {
                "quarters_recorded": {"count": "4", "each": "2"},
                "paper_statistics": {"count": "1", "each": "2"},
            }
        },
    ),
    (
        "创新",
        "1 篇调研、2 条信息",
        "缺一样按比例扣",
        "8",
        _R.DEDUCT_PER_MISSING,
        "writing",
        {"wanted": {"research": {"count": "1", "each": "4"}, "news": {"count": "2", "each": "2"}}},
    ),
    ("创新", "被上级采用", "加分，每篇 2 分，最多 5 分", "5", _R.BONUS, "adopted", {"each": {"adopted": "2"}}),
    ("活动", "五好创建", "考评员评定", "20", _R.JUDGED, "five_goods", {}),
    (
        "活动",
        "辅导站活动",
        "全年 20 次以上得满分，不足按比例",
        "15",
        _R.THRESHOLD_COUNT,
        "tutoring",
        {"at_least": {"tutoring_sessions": "20"}},
    ),
    ("活动", "其他活动", "考评员评定", "15", _R.JUDGED, "activities", {}),
    (
        "活动",
        "示范辅导站",
        "加分，有示范站加 10 分",
        "10",
        _R.BONUS,
        "model_stations",
        {"each": {"model_stations": "10"}},
    ),
)


def create_town_scheme(county: Unit, year: int) -> Scheme:
    """The county's scheme for its townships in a year, made from the published sheet where there is none yet."""
    with transaction.atomic():
        scheme, created = Scheme.objects.get_or_create(
            county=county,
            year=year,
            unit_kind=UnitKind.TOWNSHIP,
            defaults={"name": f"{county.short_name}乡镇关工委考评办法"},
        )
        if created:
            SchemeItem.objects.bulk_create(
                SchemeItem(
                    scheme=scheme,
                    position=position,
                    heading=heading,
                    name=name,
                    rule_text=rule_text,
                    maximum=Decimal(maximum),
                    rule=rule,
                    evidence=evidence,
                    parameters=parameters,
                )
                for position, (heading, name, rule_text, maximum, rule, evidence, parameters) in enumerate(
                    _TOWN_ITEMS, start=1
                )
            )
    return scheme
