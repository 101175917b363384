"""Contents in the vault apart from the pieces of evidence that they are; cases that came from elsewhere; reserved addresses."""

import django.db.models.deletion
from django.db import migrations, models

import paraat.kernel.ids


class Migration(migrations.Migration):
    """Tables and columns."""

    dependencies = [
        ("incidents", "0005_worst_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=paraat.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("origin", models.CharField(max_length=200)),
                ("origin_number", models.CharField(max_length=14)),
                ("numbers", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Content",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=paraat.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("store", models.CharField(max_length=10)),
                ("place", models.CharField(max_length=100, unique=True)),
                ("key", models.CharField(blank=True, max_length=300)),
                ("kept_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="evidence",
            name="evidence_verify",
        ),
        migrations.RemoveField(
            model_name="evidence",
            name="place",
        ),
        migrations.RemoveField(
            model_name="evidence",
            name="store",
        ),
        migrations.RemoveField(
            model_name="evidence",
            name="verified_at",
        ),
        migrations.AddField(
            model_name="indicator",
            name="reserved",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="custody",
            name="deed",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("viewed", "Looked up"),
                    ("downloaded", "Downloaded"),
                    ("verified", "Verified"),
                    ("failed", "Found damaged or missing"),
                    ("handed_over", "Handed over"),
                    ("exported", "Exported with its case"),
                    ("destroyed", "Destroyed"),
                    ("moved", "Moved to another case"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="state",
            field=models.CharField(
                choices=[
                    ("whole", "Whole"),
                    ("damaged", "Damaged: it no longer has the digest that it came with"),
                    ("missing", "Missing from the store"),
                    ("elsewhere", "Kept elsewhere: only its description came with the case"),
                    ("destroyed", "Destroyed, as decided"),
                ],
                default="whole",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="caseimport",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="imported", to="incidents.case"
            ),
        ),
        migrations.AddIndex(
            model_name="content",
            index=models.Index(
                condition=models.Q(("key", ""), _negated=True), fields=["verified_at"], name="content_verify"
            ),
        ),
        migrations.AddConstraint(
            model_name="content",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("sha256",), name="content_once"
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="content",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="incidents.content"
            ),
        ),
    ]
