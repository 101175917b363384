"""How a notice looks on a screen is kept by the database, which counts it thousands of times."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0005_claimed_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="rank",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(state="acknowledged", then=3),
                    models.When(models.Q(("state", "open"), _negated=True), then=4),
                    models.When(reach="none", then=1),
                    models.When(
                        models.Q(("silent_since__isnull", False), ("exhausted_at__isnull", False), _connector="OR"),
                        then=0,
                    ),
                    default=2,
                ),
                output_field=models.PositiveSmallIntegerField(),
            ),
        ),
    ]
