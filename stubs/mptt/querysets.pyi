from typing import Self, TypeVar

from django.db import models

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)

class TreeQuerySet(models.QuerySet[_Row_co, _Row_co]):
    def get_descendants(self, *, include_self: bool = ...) -> Self: ...
    def get_ancestors(self, *, include_self: bool = ...) -> Self: ...
