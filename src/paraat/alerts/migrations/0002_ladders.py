import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0001_initial"),
        ("registry", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertYear",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=8)),
                ("connections", models.PositiveSmallIntegerField(default=1)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("died", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=12)),
                ("kind", models.CharField(max_length=8)),
                ("address", models.CharField(max_length=254)),
                ("round", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_due",
        ),
        migrations.RemoveField(  # a relation cannot be given a table of its own; nothing was in it yet
            model_name="delivery",
            name="notices",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="claimed_at",
        ),
        migrations.RemoveField(
            model_name="delivery",
            name="worker",
        ),
        migrations.AddField(
            model_name="alert",
            name="author",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="repeats",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="callline",
            name="address",
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="callline",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="callline",
            name="correction",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="delivery",
            name="key",
            field=models.CharField(max_length=200, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="severity",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="delivery",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=2), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="upcoming",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="notice",
            name="hurried",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="notice",
            name="silent_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="switch",
            name="pace",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("state", "acknowledged")), fields=["mitigation_until"], name="notice_mitigated"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("state", "open")), fields=["expires_at"], name="notice_expires"),
        ),
        migrations.AddConstraint(
            model_name="callline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None), models.Q(("address", ""), _negated=True)),
                fields=("address", "exercise", "correction"),
                name="call_once",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["started_at"], name="claim_open"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="claim",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="deliveries", to="alerts.claim"
            ),
        ),
        migrations.AddField(
            model_name="told",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="told", to="alerts.delivery"
            ),
        ),
        migrations.AddField(
            model_name="told",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="told", to="alerts.notice"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="notices",
            field=models.ManyToManyField(related_name="deliveries", through="alerts.Told", to="alerts.notice"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("claim", None), ("state", "queued")), fields=["kind", "due_at"], name="delivery_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="told",
            constraint=models.UniqueConstraint(
                fields=("notice", "purpose", "kind", "address", "round"), name="told_once"
            ),
        ),
    ]
