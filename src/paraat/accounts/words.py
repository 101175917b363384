"""Roles and scopes in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from paraat.kernel.marking import Role
from paraat.platform.api import Scope

ROLES: dict[Role, Any] = {
    Role.DUTY_OFFICER: _("Duty officer"),
    Role.COORDINATOR: _("Coordinator"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.PARTNER: _("Partner"),
    Role.AUDITOR: _("Auditor"),
    Role.OBSERVER: _("Observer"),
    Role.SPOC: _("SPOC"),
    Role.PROVIDER: _("Service provider"),
    Role.ASSESSOR: _("External auditor"),
    Role.TESTER: _("Tester"),
}
SCOPES: dict[Scope, Any] = {
    Scope.ACCOUNT_READ: _("Say whose token it is"),
    Scope.ORGANISATIONS_READ: _("Read organisations and their assets"),
    Scope.FEEDS_READ: _("Read feeds, runs and what is in doubt"),
    Scope.FEEDS_WRITE: _("Hand in lists and decide what is in doubt"),
    Scope.ALERTS_READ: _("Read alerts, notices, calls and coverage"),
    Scope.ALERTS_WRITE: _("Send, withdraw and acknowledge"),
    Scope.CASES_READ: _("Read reports, cases and what hangs on them"),
    Scope.CASES_WRITE: _("Report, work on cases, bring evidence"),
    Scope.READINESS_READ: _("Read assessments, lessons, programmes and measures"),
    Scope.READINESS_WRITE: _("Answer and record assessments, lessons, programmes and measures"),
    Scope.TASKS_READ: _("Read what waits for a person"),
    Scope.TASKS_WRITE: _("Take and close what waits for a person"),
    Scope.JOURNAL_READ: _("Read the journal"),
    Scope.WEBHOOKS: _("Ask to be told by webhook"),
}
