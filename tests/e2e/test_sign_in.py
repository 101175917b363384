"""A new officer, from the administrator's page to a passkey, in real browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.person import Person

pytestmark = pytest.mark.e2e

PASSWORD = "a wholly new passphrase"


def test_a_new_officer_chooses_a_password_adds_a_passkey_and_signs_in_with_it(enter: Callable[..., Person]) -> None:
    administrator = enter("administrator", language="en")
    administrator.go("/accounts/people/add/")
    administrator.page.fill("#id_name", "Newly added officer")
    administrator.page.fill("#id_email", "new.officer@team.example")
    administrator.page.select_option("#id_language", "en")
    administrator.press("main form button[type=submit]")
    administrator.page.select_option("#id_role", "duty_officer")
    administrator.press("#roles form.form button[type=submit]")
    administrator.press("form[action$='/welcome/'] button")
    link = administrator.see("#welcome pre").inner_text()

    officer = enter(language="en")
    officer.go(link)
    officer.page.fill("#id_password1", PASSWORD)
    officer.page.fill("#id_password2", PASSWORD)
    officer.press("main button[type=submit]")
    _keys(officer)
    officer.go("/accounts/login/")
    officer.page.fill("#id_login", "new.officer@team.example")
    officer.page.fill("#id_password", PASSWORD)
    officer.press("main form button[type=submit]", text="Sign In")
    officer.see("header .person", text="Newly added officer")
    officer.go("/accounts/2fa/webauthn/add/")
    officer.page.fill("#id_password", PASSWORD)  # the password once more, before what one signs in with changes
    officer.press("main form button[type=submit]")
    officer.page.fill("#id_name", "Virtual key")
    officer.page.check("#id_passwordless")
    officer.press("#mfa_webauthn_add")
    officer.see("h1", text="Recovery Codes")
    assert officer.violations() == []
    officer.context.clear_cookies()

    officer.go("/accounts/login/")
    officer.press("#passkey_login")
    officer.see("header .person", text="Newly added officer")
    officer.go("/tasks/")
    officer.see("h1", text="Tasks")


def _keys(person: Person) -> None:
    """Put a security key that verifies its user into the browser."""
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
