from django.db import models

from aid.models.children import Child
from aid.models.fund import Grant
from aid.models.pairings import Visit
from guanai.history import untracked
from orgs.models import Unit


@untracked("a view over visits and grants")
class Help(models.Model):
    """One help given to one child: a visit or a paid grant, as a database view over both.

    人次 is the number of its rows, 人 the number of distinct children.
    """

    id = models.CharField(primary_key=True, max_length=24)
    child = models.ForeignKey(Child, on_delete=models.DO_NOTHING, related_name="helps")
    unit = models.ForeignKey(Unit, on_delete=models.DO_NOTHING, related_name="+")
    given_on = models.DateField()
    visit = models.ForeignKey(Visit, on_delete=models.DO_NOTHING, null=True, related_name="+")
    grant = models.ForeignKey(Grant, on_delete=models.DO_NOTHING, null=True, related_name="+")

    class Meta:
        managed = False
        db_table = "aid_help"
        verbose_name = verbose_name_plural = "帮扶"
        ordering = ["-given_on", "id"]

    def __str__(self) -> str:
        return self.id
