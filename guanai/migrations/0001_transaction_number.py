from django.db import migrations

# The number of the running transaction; the shift is raised where a database was restored into a younger server
# (`guanai/seals.py`). A plain SQL function of one expression is put in line where it is called: it costs nothing.
CREATE = """
CREATE FUNCTION guanai_xact() RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT pg_current_xact_id()::text::bigint + 0 $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION guanai_xact()")]
