"""Model fields for personal data."""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from guanai import crypto

if TYPE_CHECKING:
    _TextField = models.BinaryField[str, str]
    _DateField = models.BinaryField[datetime.date | None, datetime.date | None]
else:
    _TextField = _DateField = models.BinaryField


class StoredText(str):
    """A text with the bytes that it rests as, and the field that they are of."""

    stored: bytes
    field: "Encrypted"

    @classmethod
    def of(cls, text: str, stored: bytes, field: "Encrypted") -> Self:
        kept = cls(text)
        kept.stored, kept.field = stored, field
        return kept


class StoredDate(datetime.date):
    """A date with the bytes that it rests as, and the field that they are of."""

    stored: bytes
    field: "Encrypted"

    @classmethod
    def of(cls, text: str, stored: bytes, field: "Encrypted") -> Self:
        kept = cls.fromisoformat(text)
        kept.stored, kept.field = stored, field
        return kept


class _Kept(DeferredAttribute):
    """Keeps the bytes of a value that is set again to what it was.

    Every encryption of one text gives other bytes. A form saved with an unchanged name would otherwise look, to the
    history of rows, like another name.
    """

    def __set__(self, instance: models.Model, value: Any) -> None:
        held = instance.__dict__.get(self.field.attname)
        stays = isinstance(held, StoredText | StoredDate) and not hasattr(value, "stored") and held == value
        if not stays:
            instance.__dict__[self.field.attname] = value


class Encrypted:
    """What both fields share: SM4-GCM bytes at rest, NULL for nothing, never serialised in clear."""

    # The stubs of Django know the class of Django alone.
    descriptor_class: Any = _Kept
    attname: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A BinaryField is not editable unless it is told so.
        super().__init__(*args, **{"null": True, "blank": True, "editable": True, **kwargs})

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        if value is None or value == "":
            return None
        # Copied into another field, a value is encrypted anew: equal bytes would tell that the two are the same.
        if isinstance(value, StoredText | StoredDate) and getattr(value, "field", None) is self:
            stored = value.stored
        else:
            stored = value if isinstance(value, bytes) else crypto.encrypt(str(value))
        return super().get_db_prep_value(stored, connection, prepared)  # type: ignore[misc]

    def pre_save(self, instance: models.Model, add: bool) -> Any:  # noqa: FBT001  # Django's signature
        """Encrypt here, and let the record keep the bytes: saved again, the same text stays the same bytes."""
        value = instance.__dict__.get(self.attname)
        if value and isinstance(value, str | datetime.date) and getattr(value, "field", None) is not self:
            kind = StoredDate if isinstance(value, datetime.date) else StoredText
            value = kind.of(str(value), crypto.encrypt(str(value)), self)
            instance.__dict__[self.attname] = value
        return value

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError("an encrypted field is never serialised in clear")


class BlindIndexField(models.BinaryField):  # type: ignore[type-arg]  # as the stubs have it
    """The digest by which another, encrypted field of the row is found; NULL where that one is empty.

    `of` names the field, `normalise` gives the one form of a value that all its spellings share.
    """

    def __init__(self, *args: Any, of: str = "", normalise: Callable[[str], str] = str, **kwargs: Any) -> None:
        self.of, self.normalise = of, normalise
        super().__init__(*args, **{"max_length": 32, "null": True, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        """For the database it is a column of bytes; how it is computed is no business of a migration."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def digest_of(self, text: str) -> bytes | None:
        return crypto.blind_index(self.normalise(text)) if text else None

    def digests_of(self, text: str) -> list[bytes]:
        """What to look for: the digest by every key that is held."""
        return crypto.blind_indexes(self.normalise(text)) if text else []


def blind_index_fields(model: type[models.Model]) -> list[BlindIndexField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]


def set_blind_indexes(record: models.Model) -> None:
    """Set every index of a record from the value that it is of."""
    for field in blind_index_fields(type(record)):
        setattr(record, field.attname, field.digest_of(getattr(record, field.of)))


def found_by(model: type[models.Model], name: str, text: str) -> models.Q:
    """The condition that finds records by the whole value of an encrypted field that has an index."""
    field = next(field for field in blind_index_fields(model) if field.of == name)
    return models.Q(**{f"{field.attname}__in": field.digests_of(text)})


def encrypted_fields(model: type[models.Model]) -> list[str]:
    """The names of a model's encrypted fields."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, Encrypted)]


class EncryptedTextField(Encrypted, _TextField):
    """Text that rests as SM4-GCM bytes; an empty text rests as NULL. It can be neither filtered nor sorted by."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return "" if value is None else StoredText.of(crypto.decrypt(bytes(value)), bytes(value), self)

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)

    def get_default(self) -> str:
        return ""


class EncryptedDateField(Encrypted, _DateField):
    """A date that rests as SM4-GCM bytes of its ISO form."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> datetime.date | None:
        return None if value is None else StoredDate.of(crypto.decrypt(bytes(value)), bytes(value), self)

    def to_python(self, value: Any) -> datetime.date | None:
        if value is None or isinstance(value, datetime.date):
            return value
        return datetime.date.fromisoformat(str(value))
