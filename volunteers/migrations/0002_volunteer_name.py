from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="volunteer",
            index=models.Index(fields=["name_key", "id"], name="volunteer_name"),
        ),
    ]
