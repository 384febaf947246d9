import datetime

from django.db import models
from django.utils import timezone

from aid.enums import ChildCategory, ConsentWay, SchoolStage
from aid.querysets import ChildQuerySet
from guanai import identity
from guanai.fields import BlindIndexField, EncryptedDateField, EncryptedTextField, set_blind_indexes
from guanai.history import tracked
from guanai.models import Edited
from orgs.models import Unit
from volunteers.enums import Sex

BIRTHDAYS = (14, 16, 18)


@tracked(
    personal=(
        "sex",
        "turns_14_on",
        "turns_16_on",
        "turns_18_on",
        "no_id_reason",
        "stage",
        "guardian_relation",
        "close_reason",
    )
)
class Child(Edited):
    """A child whom the network helps. Known by a number; everything personal rests encrypted.

    Lists sort by number. The days of turning 14, 16 and 18 stand clear, since consent, categories and the end of
    care hang on them; they show as an age only.
    """

    number = models.CharField("编号", max_length=36, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    name = EncryptedTextField("姓名")
    sex = models.CharField("性别", max_length=6, choices=Sex.choices)
    birth_date = EncryptedDateField("出生日期")
    turns_14_on = models.DateField("满 14 岁", null=True, blank=True)
    turns_16_on = models.DateField("满 16 岁", null=True, blank=True)
    turns_18_on = models.DateField("满 18 岁", null=True, blank=True)
    id_number = EncryptedTextField("身份证号")
    id_index = BlindIndexField(of="id_number", normalise=identity.normalise_id)
    no_id_reason = models.CharField("没有身份证号的原因", max_length=40, blank=True)
    school = EncryptedTextField("就读学校")
    stage = models.CharField("学段", max_length=10, choices=SchoolStage.choices)
    address = EncryptedTextField("住址")
    guardian = EncryptedTextField("监护人")
    guardian_relation = models.CharField("与儿童关系", max_length=10, blank=True)
    guardian_phone = EncryptedTextField("监护人电话")
    needs = EncryptedTextField("需要")
    registered_on = models.DateField("登记日期")
    closed_on = models.DateField("结束帮扶日期", null=True, blank=True)
    close_reason = models.CharField("结束原因", max_length=60, blank=True)

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "儿童"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["id_index"], name="child_id_once")]
        indexes = [models.Index(fields=["unit", "number"], name="child_unit_number")]

    def __str__(self) -> str:
        return self.number

    def derive(self) -> None:
        """Set what follows from the clear values: blind index and birthdays."""
        set_blind_indexes(self)
        for age in BIRTHDAYS:
            setattr(self, f"turns_{age}_on", _birthday(self.birth_date, age) if self.birth_date else None)

    @property
    def age(self) -> int | None:
        """Whole years today."""
        return self.age_on(timezone.localdate())

    def age_on(self, day: datetime.date) -> int | None:
        """Whole years on a day, from the clear day of turning 16, which is the one that also whoever was born on a 29th
        of February spends on a 29th of February."""
        if self.turns_16_on is None:
            return None
        had_birthday = (day.month, day.day) >= (self.turns_16_on.month, self.turns_16_on.day)
        return 16 - (self.turns_16_on.year - day.year) - (0 if had_birthday else 1)

    @property
    def masked_name(self) -> str:
        return identity.mask_name(self.name)

    @property
    def masked_id(self) -> str:
        return identity.mask_id(self.id_number)

    @property
    def masked_school(self) -> str:
        return identity.mask_text(self.school)

    @property
    def masked_address(self) -> str:
        return identity.mask_text(self.address)

    @property
    def masked_guardian(self) -> str:
        return identity.mask_name(self.guardian)

    @property
    def masked_guardian_phone(self) -> str:
        return identity.mask_phone(self.guardian_phone)


def _birthday(born: datetime.date, age: int) -> datetime.date:
    """The day of turning `age`; for 29 February in a common year it is 1 March."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return datetime.date(born.year + age, 3, 1)


@tracked(personal=("category", "source", "document"), named_by=("child",), unit="child__unit")
class Certification(models.Model):
    """认定: who certified, by which document, that a child is in a category. Several may hold."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="certifications")
    category = models.CharField("类别", max_length=20, choices=ChildCategory.choices)
    source = models.CharField("认定单位", max_length=60)
    document = models.CharField("认定文号", max_length=60, blank=True)
    certified_on = models.DateField("认定日期")

    class Meta:
        verbose_name = verbose_name_plural = "认定"
        ordering = ["certified_on"]
        constraints = [models.UniqueConstraint(fields=["child", "category"], name="certification_once")]

    def __str__(self) -> str:
        return f"{self.child.number} {self.certified_on}"


@tracked(personal=("relation",), named_by=("child",), unit="child__unit")
class Consent(models.Model):
    """The guardian's consent (个人信息保护法 31): who, relation, way, day, version, withdrawal."""

    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="consents")
    given_by = EncryptedTextField("同意人")
    relation = models.CharField("与儿童关系", max_length=10)
    way = models.CharField("方式", max_length=8, choices=ConsentWay.choices, default=ConsentWay.PAPER)
    signed_on = models.DateField("签署日期")
    version = models.PositiveSmallIntegerField("版本", default=1)
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "监护人同意"
        ordering = ["-signed_on"]

    def __str__(self) -> str:
        return f"{self.child.number} 第 {self.version} 版"

    @property
    def masked_given_by(self) -> str:
        return identity.mask_name(self.given_by)
