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


class _Encrypted:
    """What both fields share: SM4-GCM bytes at rest, NULL for nothing, never serialised in clear."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A BinaryField is not editable unless it is told so.
        super().__init__(*args, **{"null": True, "blank": True, "editable": True, **kwargs})

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        if value is None or value == "":
            return None
        stored = value if isinstance(value, bytes) else crypto.encrypt(str(value))
        return super().get_db_prep_value(stored, connection, prepared)  # type: ignore[misc]

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("an encrypted field is never serialised in clear")


class EncryptedTextField(_Encrypted, _TextField):
    """Text that rests as SM4-GCM bytes; an empty text rests as NULL. It can be neither filtered nor sorted by."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return "" if value is None else crypto.decrypt(bytes(value))

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)

    def get_default(self) -> str:
        return ""


class EncryptedDateField(_Encrypted, _DateField):
    """A date that rests as SM4-GCM bytes of its ISO form."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> datetime.date | None:
        return None if value is None else datetime.date.fromisoformat(crypto.decrypt(bytes(value)))

    def to_python(self, value: Any) -> datetime.date | None:
        if value is None or isinstance(value, datetime.date):
            return value
        return datetime.date.fromisoformat(str(value))
