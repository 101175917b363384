"""Where a case stands when the worst comes first, and the report that an entry was read in."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_clocks"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="rank",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(state__in=["closed", "merged"], then=models.Value(9)),
                    default=django.db.models.expressions.CombinedExpression(models.Value(5), "-", models.F("severity")),
                ),
                output_field=models.SmallIntegerField(),
            ),
        ),
        migrations.RemoveIndex(
            model_name="case",
            name="case_worst",
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="report",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="incidents.report"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["rank", "-opened_at"], name="case_rank"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["state", "rank", "-opened_at"], name="case_worst"),
        ),
    ]
