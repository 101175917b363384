"""The addresses of a tenant's data."""

from __future__ import annotations

from django.urls import path

from paraat.cloud.views import data

urlpatterns = [
    path("cloud/tenants/<uuid:pk>/data/", data.data, name="tenant_data"),
    path("cloud/tenants/<uuid:pk>/data/back-up/", data.back_up, name="tenant_back_up"),
    path("cloud/tenants/<uuid:pk>/data/restore/", data.restore, name="tenant_restore"),
    path("cloud/tenants/<uuid:pk>/data/take-in/", data.take_in, name="tenant_take_in"),
    path("cloud/tenants/<uuid:pk>/data/export/", data.export, name="tenant_export"),
    path("cloud/tenants/<uuid:pk>/data/export/<uuid:export>/", data.download, name="tenant_export_file"),
]
