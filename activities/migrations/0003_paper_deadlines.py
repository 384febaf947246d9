from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Plan at the start of the year, check in the middle, summary at its end (domain.md mechanism 5a); the county edits them.
DEADLINES = (("plan", 1, 31), ("check", 7, 31), ("summary", 12, 15))


def add_deadlines(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    deadline = apps.get_model("activities", "PaperDeadline")
    for kind, month, day in DEADLINES:
        deadline.objects.get_or_create(kind=kind, defaults={"month": month, "day": day})


def remove_deadlines(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("activities", "PaperDeadline").objects.all().delete()


class Migration(migrations.Migration):
    # What is inserted here is written down in the trail, which must be there.
    dependencies = [("activities", "0002_initial"), ("guanai", "0003_initial")]
    operations = [migrations.RunPython(add_deadlines, remove_deadlines)]
