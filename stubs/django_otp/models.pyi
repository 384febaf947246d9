from typing import Any, TypeVar

from django.db import models

T = TypeVar("T", bound=models.Model)

class DeviceManager(models.Manager[T]): ...

class Device(models.Model):
    user: models.ForeignKey[Any, Any]
    user_id: int
    name: models.CharField[str, str]
    confirmed: models.BooleanField[bool, bool]
    class Meta:
        abstract = True

    @property
    def persistent_id(self) -> str: ...
    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]: ...
    def verify_token(self, token: str) -> bool: ...

class ThrottlingMixin(models.Model):
    throttling_failure_timestamp: models.DateTimeField[Any, Any]
    throttling_failure_count: models.PositiveIntegerField[int, int]
    class Meta:
        abstract = True

    def get_throttle_factor(self) -> float: ...
    def throttle_reset(self, commit: bool = ...) -> None: ...
    def throttle_increment(self, commit: bool = ...) -> None: ...
