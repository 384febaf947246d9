from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.db import models

from guanai.history import tracked
from guanai.models import Edited


class Term(Edited):
    """A word of one of the two lists that the county edits.

    `also` are the words that mean the same: what it was called before, and what was merged into it. Rosters that still
    use them come in right.
    """

    name = models.CharField("名称", max_length=20, unique=True)
    also = ArrayField(models.CharField(max_length=20), verbose_name="旧名", default=list, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Speciality(Term):
    """What somebody can do for the young."""

    class Meta(Term.Meta):
        verbose_name = verbose_name_plural = "特长"


@tracked()
class Interest(Term):
    """What somebody likes to do (爱好)."""

    class Meta(Term.Meta):
        verbose_name = verbose_name_plural = "爱好"


# The lists by the field of `Volunteer` that takes from them.
TERMS: Mapping[str, type[Speciality] | type[Interest]] = {"specialities": Speciality, "interests": Interest}


def words_of(model: type[Speciality] | type[Interest]) -> dict[str, int]:
    """Every word of a list, old names too, with the key of its term."""
    terms = list(model.objects.values_list("pk", "name", "also"))
    return {word: pk for pk, _, also in terms for word in also} | {name: pk for pk, name, _ in terms}
