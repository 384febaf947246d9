from typing import TypeVar

from django.db import models

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")
_To = TypeVar("_To", bound=models.Model)
_Through = TypeVar("_Through", bound=models.Model)

class TreeForeignKey(models.ForeignKey[_Set, _Get]): ...
class TreeOneToOneField(models.OneToOneField[_Set, _Get]): ...
class TreeManyToManyField(models.ManyToManyField[_To, _Through]): ...
