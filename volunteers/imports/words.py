"""What rosters call their columns, and what they write for the choices of a field. Data, to be added to."""

from collections.abc import Mapping

from volunteers.enums import Education, Health, Politics, Retirement, Sex, VeteranKind

# Field → what rosters call it. The first is the heading of our own lists, so that those come back as they went.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "number": ("编号", "人员编号", "档案编号"),
    "name": ("姓名", "名字", "五老姓名", "志愿者姓名", "成员姓名"),
    "id_number": ("证件号", "身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证", "居民身份证号"),
    "sex": ("性别",),
    "birth_date": ("出生日期", "出生年月", "出生年月日", "出生年份", "出生时间", "生日"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "移动电话"),
    "address": ("住址", "家庭住址", "现住址", "居住地址", "地址", "家庭地址", "详细地址"),
    "unit": (
        "单位",
        "所在单位",
        "所属单位",
        "关工委",
        "所在关工委",
        "所属关工委",
        "所在村",
        "村",
        "社区",
        "村社区",
        "所在村社区",
        "乡镇",
        "所在乡镇",
        "所在地",
    ),
    "kind": ("五老类别", "类别", "五老类型", "人员类别", "五老身份", "类型"),
    "is_core": ("骨干", "是否骨干", "骨干五老", "是否骨干五老", "核心骨干"),
    "specialities": ("特长", "专长", "专业特长", "擅长", "特长领域", "服务专长", "特长爱好"),
    "interests": ("爱好", "兴趣爱好", "兴趣", "个人爱好"),
    "times": ("服务时间", "可服务时间", "服务意愿与时间", "空闲时间", "能服务的时间", "能服务时间"),
    "former_post": (
        "原单位和职务",
        "原单位及职务",
        "原工作单位及职务",
        "原单位职务",
        "原工作单位",
        "原单位",
        "退休前单位及职务",
        "退休前单位",
        "原职务",
        "工作单位及职务",
    ),
    "rank": ("职级", "原职级", "职称", "级别"),
    "former_name": ("曾用名",),
    "native_place": ("籍贯", "祖籍"),
    "politics": ("政治面貌", "面貌", "政治身份"),
    "party_joined": ("入党时间", "入党年月", "入党日期"),
    "education": ("文化程度", "学历", "文化", "教育程度", "最高学历"),
    "work_began": ("参加工作时间", "工作时间", "参工时间", "参加工作年月", "参加工作日期"),
    "retirement": ("离退休类型", "离退休", "退休类型", "离退类别"),
    "health": ("健康状况", "身体状况", "健康情况", "身体情况"),
    "status": ("状态", "人员状态", "在册状态"),
    "deceased": ("是否离世", "是否去世"),
    "joined_on": ("入库日期", "入库时间", "登记日期", "加入时间", "加入日期"),
    "no_id_reason": ("无证件的原因", "无证件原因"),
}

KINDS = {kind.label: kind for kind in VeteranKind} | {
    "老革命": VeteranKind.SOLDIER,
    "退役军人": VeteranKind.SOLDIER,
    "干部": VeteranKind.CADRE,
    "老科技工作者": VeteranKind.EXPERT,
    "专家": VeteranKind.EXPERT,
    "教师": VeteranKind.TEACHER,
    "劳模": VeteranKind.MODEL_WORKER,
    "老劳模": VeteranKind.MODEL_WORKER,
    "志愿者": VeteranKind.OTHER,
}
POLITICS = {one.label: one for one in Politics} | {
    "党员": Politics.PARTY,
    "中共": Politics.PARTY,
    "无党派": Politics.NO_PARTY,
    "团员": Politics.LEAGUE,
}
EDUCATION = {one.label: one for one in Education} | {
    "小学": Education.PRIMARY,
    "文盲": Education.PRIMARY,
    "高中": Education.SENIOR,
    "中专": Education.SENIOR,
    "中师": Education.SENIOR,
    "专科": Education.COLLEGE,
    "大学专科": Education.COLLEGE,
    "大学": Education.BACHELOR,
    "大学本科": Education.BACHELOR,
    "硕士": Education.MASTER,
    "博士": Education.MASTER,
}
RETIREMENT = {one.label: one for one in Retirement} | {
    "离休干部": Retirement.VETERAN_CADRE,
    "已退休": Retirement.RETIRED,
    "农民": Retirement.FARMER,
}
HEALTH = {one.label: one for one in Health} | {
    "健康": Health.GOOD,
    "好": Health.GOOD,
    "较好": Health.GOOD,
    "较差": Health.WEAK,
    "差": Health.WEAK,
}
YES = {"是": True, "√": True, "1": True, "有": True, "否": False, "0": False, "不是": False, "×": False}
SEX = {"男": Sex.MALE, "女": Sex.FEMALE, "男性": Sex.MALE, "女性": Sex.FEMALE}
