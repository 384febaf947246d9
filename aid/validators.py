"""Checks that forms and services share."""

import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from guanai import identity


def validate_not_future(day: datetime.date, field: str, label: str) -> None:
    """Raises: ValidationError at `field` when the day lies ahead."""
    if day > timezone.localdate():
        raise ValidationError({field: f"{label}不能晚于今天。"}, code="future")


def validate_not_before(day: datetime.date, earliest: datetime.date, field: str, label: str, since: str) -> None:
    """Raises: ValidationError at `field` when the day is before `earliest`, which is called `since`."""
    if day < earliest:
        raise ValidationError({field: f"{label}不能早于{since}（{earliest:%Y-%m-%d}）。"}, code="too_early")


def validate_person(*, id_number: str, no_id_reason: str, birth_date: datetime.date | None, sex: str) -> None:
    """An identity number that fits birth date and sex, or the reason why there is none.

    Raises:
        ValidationError: at the field that is wrong.
    """
    if not id_number:
        if not no_id_reason:
            raise ValidationError({"no_id_reason": "没有身份证号，请写明原因。"}, code="no_reason")
        return
    try:
        identity.validate_id_number(id_number)
    except ValidationError as error:
        raise ValidationError({"id_number": error.messages}) from error
    number = identity.normalise_id(id_number)
    if birth_date is not None and identity.birth_date_of(number) != birth_date:
        raise ValidationError({"birth_date": "出生日期和身份证号中的不一致。"}, code="birth_date")
    if sex and identity.sex_of(number) != sex:
        raise ValidationError({"sex": "性别和身份证号中的不一致。"}, code="sex")
