"""What we ask of allauth: nobody signs up by himself, and an identity provider lets in only whom an administrator added."""

from __future__ import annotations

import logging
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from paraat.accounts.actions import note_security
from paraat.accounts.models import User
from paraat.platform import configuration
from paraat.platform.channels import NotConfigured

log = logging.getLogger("paraat.accounts")


class HouseAdapter(DefaultAccountAdapter):
    """Accounts of this house."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth gives it
        """Never: accounts are made by an administrator."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject, under the team's name."""
        return f"{configuration.TEAM_NAME.get()}: {subject}"

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse:
        """Go on to where he wanted to be; the journal knows that he came."""
        note_security(user=cast("User", user), what="sign_in")
        return super().post_login(request, user, **more)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that his password or second factor changed, and the journal too."""
        account = cast("User", user)
        note_security(user=account, what=template_prefix.rpartition("/")[2])
        try:
            super().send_notification_mail(template_prefix, user, context, email or account.email)
        except NotConfigured:
            log.warning("no mail server is set, so nobody was told that an account changed")


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Sign-in through OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002  # allauth gives them
        """Never: who has no account here is shown so."""
        return False

    def can_authenticate_by_email(self, login: object, email: str) -> bool:  # noqa: ARG002
        """Whether the account with this address, for which the provider vouches, is open."""
        return User.objects.active().filter(email__iexact=email).exists()
