"""Where Connect's accounts differ from allauth's defaults."""

import logging
from contextlib import suppress
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.addresses import is_mandatory, normalize_address
from accounts.invites import may_sign_up
from accounts.models import User

logger = logging.getLogger(__name__)

WRONG_LOGIN = _("This name and password do not belong together.")
WRONG_OR_UNCONFIRMED = _(
    "This name and password do not belong together, or the address is not confirmed yet: "
    "then follow the link in our mail, or reset the password to get a new one."
)
SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}
CONFIRM = "account/messages/email_confirmation_sent.txt"
"""What the page that follows says anyway; CONFIRM only under mandatory verification."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_taken": _("An account with this address exists already. Log in, or reset its password."),
        "username_taken": _("This name is taken, or looks like one that is."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes, then try again."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your current password."),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code.endswith("_password_mismatch"):
            return ValidationError(WRONG_OR_UNCONFIRMED if is_mandatory() else WRONG_LOGIN, code="wrong_login")
        error: ValidationError = super().validation_error(code, *args)
        return error

    def clean_username(self, username: str, shallow: bool = False) -> str:
        names.validate_username(username)
        names.check_not_reserved(username)
        if not shallow and User.objects.name_is_taken(username):
            raise self.validation_error("username_taken")
        return username

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_sign_up(request.session)

    def clean_email(self, email: str) -> str:
        return normalize_address(email)

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the host that was asked; allauth's also takes every other host in ALLOWED_HOSTS."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def is_ajax(self, request: HttpRequest) -> bool:
        return False  # pages only: the JSON answers would be a second, unused way in

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in SILENT and not (message_template == CONFIRM and is_mandatory()):
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            # The same page whether or not an account stands behind the address.
            logger.exception("Mail %s could not be sent.", template_prefix)
            page = render(self.request, "account/mail_failed.html", status=503)
            raise ImmediateHttpResponse(page) from error

    def send_notification_mail(self, template_prefix: str, user: AbstractBaseUser, *args: Any, **kwargs: Any) -> None:
        with suppress(ImmediateHttpResponse):  # the change is done; that its notice was not sent stands in the log
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
