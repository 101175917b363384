"""What was on a line when its call began; null where nobody calls, and on lines that were claimed before this was kept."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_notice_province")]

    operations = [
        migrations.AddField(
            model_name="callline",
            name="claimed_notices",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
        ),
    ]
