from django.db import migrations

CREATE = """
CREATE VIEW aid_help AS
SELECT 'v' || visit.id AS id, pairing.child_id, child.unit_id, visit.held_on AS given_on,
       visit.id AS visit_id, NULL::bigint AS grant_id
FROM aid_visit visit
JOIN aid_pairing pairing ON pairing.id = visit.pairing_id
JOIN aid_child child ON child.id = pairing.child_id
UNION ALL
SELECT 'g' || id, child_id, unit_id, paid_on, NULL, id
FROM aid_grant WHERE state IN ('paid', 'signed')
"""


class Migration(migrations.Migration):
    dependencies = [("aid", "0002_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW aid_help")]
