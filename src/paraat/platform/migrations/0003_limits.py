"""Rate limits and remembered answers live on the ground floor, where every app may use them."""

from django.db import migrations, models

import paraat.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("platform", "0002_journal_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=paraat.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("owner", models.UUIDField()),
                ("key", models.CharField(max_length=200)),
                ("request_digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="idempotency_old")],
                "constraints": [models.UniqueConstraint(fields=("owner", "key"), name="idempotency_once")],
            },
        ),
        migrations.CreateModel(
            name="RateWindow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200)),
                ("window", models.DateTimeField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["window"], name="rate_window_old")],
                "constraints": [models.UniqueConstraint(fields=("key", "window"), name="rate_window_once")],
            },
        ),
    ]
