from django.db import migrations

FILL = """
UPDATE volunteers_volunteer SET county_id = root.id FROM orgs_unit own
JOIN orgs_unit root ON root.tree_id = own.tree_id AND root.parent_id IS NULL
WHERE own.id = volunteers_volunteer.unit_id
"""


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0003_volunteer_county")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
