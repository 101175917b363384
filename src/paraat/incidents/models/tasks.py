"""What must be done in a case, and the playbooks that tasks come from."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraat.accounts.models import User
from paraat.incidents.models.cases import Case, OfCase
from paraat.kernel.ids import uuid7
from paraat.registry.models import Organisation


class Playbook(models.Model):
    """One version of a playbook. A version is never changed; editing makes the next one. The shipped ones are read from `incidents/playbooks/`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(
        max_length=40
    )  # ransomware, ddos, data-leak, account-takeover, web-defacement, supplier-compromise
    version = models.PositiveIntegerField()
    title = models.JSONField()  # per language
    first_hour = models.JSONField()  # per language: list of sentences in plain language, for the victim
    steps = (
        models.JSONField()
    )  # [{"key", "title": {lang}, "text": {lang}, "hours": due after, "after": [keys], "who": "team"|"victim"}]
    classifications = ArrayField(models.CharField(max_length=80), default=list)  # RSIT types that it is proposed for
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    shipped = models.PositiveIntegerField(
        null=True
    )  # the version of the file that it came from; null: edited on screen
    because = models.CharField(max_length=300, blank=True)  # why it was edited
    active = models.BooleanField(default=True)  # the one version of its key that new cases get

    class Meta:
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="playbook_version_once"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(active=True), name="playbook_active_once"),
            models.UniqueConstraint(fields=["key", "shipped"], name="playbook_shipped_once"),
        ]

    def title_in(self, language: str) -> str:
        """Its title in a language, else in English."""
        return str(self.title.get(language) or self.title.get("en") or self.key)

    def step(self, key: str) -> dict[str, Any]:
        """The step with this key; empty when this version has none."""
        return next((step for step in self.steps if step["key"] == key), {})


class Task(OfCase):
    """Something to do in a case, by a person or an organisation, before a moment, after other tasks."""

    class State(models.TextChoices):
        OPEN = "open", _("To do")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Not needed")

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=90, blank=True)  # "ransomware:isolate": playbook and step
    playbook = models.ForeignKey(Playbook, models.PROTECT, null=True, related_name="tasks")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="case_tasks")
    assigned_to = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")  # the victim or a helper
    after = models.ManyToManyField("self", symmetrical=False, related_name="before")
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["due_at", "made_at"]
        indexes = [
            models.Index(
                fields=["remind_at"], condition=models.Q(state="open", reminded_at=None), name="case_task_remind"
            ),
            models.Index(fields=["case", "state"], name="case_task_case"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], condition=~models.Q(key=""), name="case_task_step_once")
        ]

    def title_in(self, language: str) -> str:
        """What is to be done, in the reader's language where its playbook has it; what a person wrote stays as written."""
        return self._said("title", language) or self.title

    def text_in(self, language: str) -> str:
        """How, in the reader's language where its playbook has it."""
        return self._said("text", language) or self.text

    def _said(self, part: str, language: str) -> str:
        step = self.playbook.step(self.key.partition(":")[2]) if self.playbook else {}
        return str(step.get(part, {}).get(language, ""))
