from __future__ import annotations

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("readiness", "0009_controls_of_the_management")]

    operations = [
        migrations.RemoveConstraint("measurereminder", "measure_reminder_once"),
        migrations.AddField(
            "measurereminder", "for_day", models.DateField(default=datetime.date(2000, 1, 1)), preserve_default=False
        ),
        migrations.AddConstraint(
            "measurereminder",
            models.UniqueConstraint(fields=["measure", "rung", "for_day"], name="measure_reminder_once"),
        ),
    ]
