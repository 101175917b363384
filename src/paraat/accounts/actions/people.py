"""Accounts and their roles. There is no open sign-up: an administrator adds people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from paraat.accounts import rules
from paraat.accounts.models import ApiToken, Membership, User
from paraat.kernel.actor import Actor, ActorKind
from paraat.kernel.errors import Conflict, Invalid
from paraat.kernel.marking import Role
from paraat.platform import moment
from paraat.platform.actions import action, forget_in_journal, record
from paraat.registry.models import Contact, Organisation


@action
def add_person(*, email: str, name: str, by: Actor, language: str = "nl", phone: str = "") -> User:
    """Make an account that cannot sign in yet: its owner chooses a password through a link (`accounts.links.welcome_url`).

    Raises Invalid for what is no address, Conflict when somebody has it already.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid("This is not a mail address", email=address) from error
    if User.objects.filter(email__iexact=address).exists():
        raise Conflict("There is an account with this address already", email=address)
    user = User.objects.create(
        email=address, name=name.strip() or address, language=language, phone=phone, password=make_password(None)
    )
    EmailAddress.objects.create(
        user=user, email=address, verified=True, primary=True
    )  # the administrator vouches for it
    record("account.add", by=by, on=user, detail={"email": address, "name": user.name})
    return user


@action
def give_role(
    *,
    user: User,
    role: Role,
    by: Actor,
    organisation: Organisation | None = None,
    contact: Contact | None = None,
    until: datetime | None = None,
) -> Membership:
    """Let somebody be `role`, for an organisation where the role is of one; again changes only `until` and the contact.

    Raises Invalid when the role wants an organisation and has none or the reverse, or the contact is another organisation's.
    """
    if (role in rules.OF_AN_ORGANISATION) != (organisation is not None):
        raise Invalid("This role is held for an organisation" if organisation is None else "This role is of the house")
    if contact is not None and contact.organisation_id != (organisation.pk if organisation else None):
        raise Invalid("This contact answers for another organisation")
    membership, _ = Membership.objects.update_or_create(
        user=user, role=role, organisation=organisation, defaults={"contact": contact, "until": until}
    )
    detail = {"role": role, "until": until, "contact": contact.pk if contact else None}
    record("account.role.give", by=by, on=user, organisation=_id(organisation), detail=detail)
    return membership


@action
def end_role(*, membership: Membership, by: Actor) -> None:
    """Take a role away, from now on. Raises Conflict when it ended already, Invalid for the last administrator."""
    now = moment.now()
    others = Membership.objects.in_force().filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if membership.role == Role.ADMINISTRATOR and not others.exclude(pk=membership.pk).exists():
        raise Invalid("Somebody must stay administrator")
    if Membership.objects.in_force().filter(pk=membership.pk).update(until=now) != 1:
        raise Conflict()
    record(
        "account.role.end",
        by=by,
        on=membership.user,
        organisation=membership.organisation_id,
        detail={"role": membership.role},
    )


@action
def close_account(*, user: User, by: Actor, reason: str = "") -> None:
    """Nobody signs in to this account any more; its tokens end with it. Raises Invalid for one's own account, Conflict when closed already."""
    if by.id == user.pk:
        raise Invalid("Nobody closes his own account")
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False) != 1:
        raise Conflict()
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=moment.now())
    record("account.close", by=by, on=user, detail={"reason": reason})


@action
def open_account(*, user: User, by: Actor) -> None:
    """Let a closed account in again. Raises Conflict when it was open, or its person was erased."""
    if User.objects.filter(pk=user.pk, is_active=False).exclude(email__endswith=ERASED).update(is_active=True) != 1:
        raise Conflict()
    record("account.open", by=by, on=user)


@action
def set_password(*, user: User, password: str, by: Actor) -> None:
    """Give an account a password; every session of it ends. Raises Invalid, saying why, when the password is too easy."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    user.password = make_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)
    record("account.password", by=by, on=user)


@action
def note_security(*, user: User, what: str) -> None:
    """Journal what somebody did to sign in or to his own keys: sign_in, totp_activated, recovery_codes_generated ..."""
    record(f"account.{what}"[:60], by=Actor(ActorKind.USER, user.pk, str(user)), on=user)


@action
def note_welcome(*, user: User, by: Actor) -> None:
    """Journal that somebody made the link by which `user` chooses a password."""
    record("account.welcome", by=by, on=user)


ERASED = "@erased.invalid"
"""Where the address of an erased account lies (RFC 2606: nobody can ever have it)."""


@action
def erase_account(*, user: User, by: Actor) -> None:
    """Forget who the person was (GDPR article 17): name, address and telephone go, the id stays, so that the journal holds."""
    for held in (ApiToken, Authenticator, EmailAddress, SocialAccount, UserSession):
        held.objects.filter(user=user).delete()
    Membership.objects.filter(user=user, until=None).update(until=moment.now())
    User.objects.filter(pk=user.pk).update(
        name="", email=f"{user.pk.hex}{ERASED}", phone="", is_active=False, password=make_password(None)
    )
    forget_in_journal(person=user.pk)
    record("account.erase", by=by, on=user)


def _id(organisation: Organisation | None) -> UUID | None:
    return organisation.pk if organisation else None
