"""What one changes of one's own account."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.usersessions.models import UserSession
from django.conf import settings

from paraat.accounts.models import User
from paraat.kernel.actor import Actor
from paraat.kernel.errors import Invalid, NotFound
from paraat.platform.actions import action, record


@action
def change_profile(*, user: User, by: Actor, name: str, language: str, timezone: str, phone: str) -> None:
    """Change what one is called, reads, and where one is paged. Raises Invalid for a language or time zone that is not known."""
    if language not in dict(settings.LANGUAGES):
        raise Invalid("This language is not known", language=language)
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("This time zone is not known", timezone=timezone) from error
    new = {"name": name.strip() or user.name, "language": language, "timezone": timezone, "phone": phone.strip()}
    changed = sorted(field for field, value in new.items() if getattr(user, field) != value)
    if not changed:
        return
    User.objects.filter(pk=user.pk).update(**new)
    for field, value in new.items():
        setattr(user, field, value)
    record("account.profile", by=by, on=user, detail={"changed": changed})


@action
def end_session(*, user: User, session: int, by: Actor) -> None:
    """Sign out one of one's own sessions, on whatever machine. Raises NotFound when it is not one's own."""
    found = UserSession.objects.filter(user=user, pk=session).first()
    if found is None:
        raise NotFound()
    found.end()
    record("account.session.end", by=by, on=user)
