"""Model fields for personal data."""

import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from guanai import crypto

if TYPE_CHECKING:
    _TextField = models.BinaryField[str, str]
    _DateField = models.BinaryField[datetime.date | None, datetime.date | None]
else:
    _TextField = _DateField = models.BinaryField


class EncryptedTextField(_TextField):
    """Text that rests as SM4-GCM bytes; an empty text rests as NULL. It can be neither filtered nor sorted by."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return "" if value is None else crypto.decrypt(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or value == "":
            return None
        return super().get_db_prep_value(
            value if isinstance(value, bytes) else crypto.encrypt(str(value)), connection, prepared
        )

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)

    def get_default(self) -> str:
        return ""

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("an encrypted field is never serialised in clear")


class EncryptedDateField(_DateField):
    """A date that rests as SM4-GCM bytes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> datetime.date | None:
        return None if value is None else datetime.date.fromisoformat(crypto.decrypt(bytes(value)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return super().get_db_prep_value(
            value if isinstance(value, bytes) else crypto.encrypt(value.isoformat()), connection, prepared
        )

    def to_python(self, value: Any) -> datetime.date | None:
        if value is None or isinstance(value, datetime.date):
            return value
        return datetime.date.fromisoformat(str(value))

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("an encrypted field is never serialised in clear")
