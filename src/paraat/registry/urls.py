"""Addresses of the registry."""

from __future__ import annotations

from django.urls import path

from paraat.registry.views import contacts, editing, importing, organisations, own

_ONE = "organisations/<uuid:pk>/"
_CONTACT = f"{_ONE}contacts/<uuid:contact>/"

urlpatterns = [
    path("organisations/", organisations.listing, name="organisations"),
    path("organisations/new/", organisations.add, name="organisation_add"),
    path("organisations/file/", organisations.register_file, name="register_file"),
    path("organisations/import/", importing.upload, name="imports"),
    path("organisations/import/<uuid:pk>/", importing.run, name="import"),
    path("organisations/import/<uuid:pk>/decide/", importing.decide, name="import_decide"),
    path(_ONE, organisations.detail, name="organisation"),
    path(f"{_ONE}edit/", organisations.edit, name="organisation_edit"),
    path(f"{_ONE}close/", editing.close, name="organisation_close"),
    path(f"{_ONE}codeword/", editing.code_word, name="organisation_code_word"),
    path(f"{_ONE}card/", editing.card, name="organisation_card"),
    path(f"{_ONE}assets/", editing.add_asset, name="asset_add"),
    path(f"{_ONE}assets/<uuid:asset>/<slug:deed>/", editing.asset, name="asset_do"),
    path(f"{_ONE}supplies/", editing.add_supply, name="supply_add"),
    path(f"{_ONE}supplies/<uuid:supply>/<slug:deed>/", editing.supply, name="supply_do"),
    path(f"{_ONE}contacts/new/", contacts.nominate, name="contact_add"),
    path(_CONTACT, contacts.contact, name="contact"),
    path(f"{_CONTACT}absence/", contacts.absence, name="contact_absence"),
    path(f"{_CONTACT}channels/", contacts.add_channel, name="channel_add"),
    path(f"{_CONTACT}channels/<uuid:channel>/<slug:deed>/", contacts.channel, name="channel_do"),
    path(f"{_CONTACT}<slug:deed>/", contacts.act, name="contact_do"),
    path("c/<str:token>/", own.own_contact, name="own_contact"),
    path("c/channel/<str:token>/", own.own_channel, name="own_channel"),
]
