"""The province stands on the notice, so that the board counts 100,000 constituents by province without joining them."""

from django.db import migrations, models

COPY = """
UPDATE alerts_notice SET province = town.province FROM registry_organisation AS town WHERE town.id = alerts_notice.organisation_id
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_webhook_events"), ("registry", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="province",
            field=models.CharField(blank=True, db_default="", default="", max_length=5),
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
    ]
