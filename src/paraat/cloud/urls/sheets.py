"""The address at which the sealed sheet is issued."""

from __future__ import annotations

from django.urls import path

from paraat.cloud.views import sheets

urlpatterns = [path("cloud/tenants/<uuid:pk>/sheet/", sheets.issue, name="tenant_sheet")]
