"""The addresses of the overview, the catalog, room, the programme and tenants."""

from __future__ import annotations

from django.urls import path

from paraat.cloud.views import asking, capacity, catalog, deciding, overview, programmes, tenants

urlpatterns = [
    path("cloud/", overview.overview, name="cloud"),
    path("cloud/parts/", overview.parts, name="cloud_parts"),
    path("cloud/catalog/", catalog.listing, name="cloud_catalog"),
    path("cloud/capacity/", capacity.capacity, name="cloud_capacity"),
    path("cloud/programme/", programmes.programme, name="cloud_programme"),
    path("cloud/programme/edit/", programmes.edit, name="cloud_programme_edit"),
    path("cloud/request/", asking.for_victim, name="cloud_request"),
    path("cloud/mine/", asking.mine, name="cloud_mine"),
    path("cloud/mine/parts/", asking.mine_parts, name="cloud_mine_parts"),
    path("cloud/tenants/", tenants.listing, name="tenants"),
    path("cloud/tenants/<uuid:pk>/", tenants.one, name="tenant"),
    path("cloud/tenants/<uuid:pk>/parts/", tenants.parts, name="tenant_parts"),
    path("cloud/tenants/<uuid:pk>/print/", tenants.paper, name="tenant_print"),
    path("cloud/tenants/<uuid:pk>/decide/<slug:verb>/", deciding.decide, name="tenant_decide"),
]
