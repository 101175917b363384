"""The addresses of continuity."""

from __future__ import annotations

from django.urls import path

from paraat.readiness.views import continuity, continuity_own

urlpatterns = [
    path("continuity/", continuity.population, name="continuity"),
    path("continuity/services/", continuity.services, name="continuity_services"),
    path("continuity/suppliers/", continuity.suppliers, name="continuity_suppliers"),
    path("continuity/suppliers/<uuid:pk>/", continuity.supplier, name="continuity_supplier"),
    path("continuity/customers/", continuity.customers, name="continuity_customers"),
    path("continuity/mine/", continuity_own.mine, name="continuity_mine"),
    path("continuity/of/<uuid:pk>/", continuity_own.one, name="continuity_of"),
    path("continuity/of/<uuid:pk>/start/", continuity_own.start, name="continuity_start"),
    path("continuity/of/<uuid:pk>/add/", continuity_own.add, name="continuity_add"),
    path("continuity/of/<uuid:pk>/review/", continuity_own.review, name="continuity_review"),
    path("continuity/of/<uuid:pk>/test/", continuity_own.test, name="continuity_test"),
    path("continuity/of/<uuid:pk>/sheet/", continuity_own.sheet, name="continuity_sheet"),
    path("continuity/of/<uuid:pk>/<uuid:service>/save/", continuity_own.save, name="continuity_save"),
    path("continuity/of/<uuid:pk>/<uuid:service>/retire/", continuity_own.retire, name="continuity_retire"),
    path("continuity/tests/<uuid:pk>/proof/", continuity_own.proof, name="continuity_proof"),
]
