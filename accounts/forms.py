"""The forms of accounts: plain labels, one line of help, the focus on the first thing to mend."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import setup_user_email
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.addresses import normalize_address
from accounts.invites import check_address, spend_at_signup
from accounts.models import HeldName, User
from accounts.names import GROUPS, LONGEST, check_not_reserved, validate_username

NAME_HELP = format_lazy(
    _("2 to {longest} letters, digits, dots, hyphens or underscores. Others mention you by it."), longest=LONGEST
)
EMAIL_HELP = _("Only you and those who run the site see it.")
PASSWORD_HELP = _("At least 8 characters, not digits alone and not a common password.")
_NAME_ATTRIBUTES = {"autocomplete": "username", "autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class LabelledForm(forms.Form):
    """Labels instead of placeholders, and the focus where a person goes on."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")
        self._focus_on(next(iter(self.fields)))

    def full_clean(self) -> None:
        super().full_clean()
        wrong = [name for name in self.fields if name in self.errors]
        if wrong:
            self._focus_on(wrong[0])

    def _focus_on(self, chosen: str) -> None:
        for name, field in self.fields.items():
            field.widget.attrs["autofocus"] = name == chosen


class LoginForm(LabelledForm, allauth_forms.LoginForm):  # type: ignore[misc]
    labels = {"login": _("Username or e-mail"), "password": _("Password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(_NAME_ATTRIBUTES)

    def full_clean(self) -> None:
        super().full_clean()
        if self.non_field_errors():  # the name still stands there: it is mostly the password that was mistyped
            self._focus_on("password")


class SignupForm(LabelledForm, allauth_forms.SignupForm):  # type: ignore[misc]
    labels = {
        "username": _("Username"),
        "email": _("E-mail"),
        "password1": _("Password"),
        "password2": _("Password, once more"),
    }
    helps = {"username": NAME_HELP, "email": EMAIL_HELP, "password1": PASSWORD_HELP}

    # A plain field: email-validator's sentences say what is wrong with an address, Django's pattern only that it is.
    email = forms.CharField(max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs.update(_NAME_ATTRIBUTES)

    def clean_email(self) -> str:
        address = normalize_address(self.cleaned_data["email"], check_dns=settings.EMAIL_CHECK_DNS)
        if problem := self.problem_with(address):
            raise forms.ValidationError(problem)
        unique: str = self.validate_unique_email(address)
        return unique

    def problem_with(self, address: str) -> str:
        return check_address(get_adapter().request.session, address)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:  # only under mandatory verification: pretend, see HeldName
            make_password(self.cleaned_data["password1"])  # as long as a real sign-up takes
            spend_at_signup(request.session, self.cleaned_data["email"])
            HeldName.objects.get_or_create(name=self.cleaned_data["username"])
        answer: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return answer

    def save(self, request: HttpRequest) -> User:
        """Raises IntegrityError when the name or the address was taken since the form was checked."""
        user = self.new_user(request)
        with transaction.atomic():  # after hashing: SQLite would let nobody else write meanwhile
            user.came_by = spend_at_signup(request.session, user.email)
            user.save()
            setup_user_email(request, user, [EmailAddress(email=user.email)])
        return user

    def new_user(self, request: HttpRequest) -> User:
        """The user that the form describes, not saved yet."""
        adapter = get_adapter()
        user: User = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        return user


class OwnerForm(SignupForm):
    """The same questions; `owner.make_owner` saves the answer."""

    def problem_with(self, address: str) -> str:
        return ""

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        validate_username(name)
        check_not_reserved(name, GROUPS)
        return name


class ResetPasswordForm(LabelledForm, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": _("E-mail")}


class ResetPasswordKeyForm(LabelledForm, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": _("New password"), "password2": _("New password, once more")}
    helps = {"password1": PASSWORD_HELP}


class ChangePasswordForm(LabelledForm, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    labels = {"oldpassword": _("Current password"), **ResetPasswordKeyForm.labels}
    helps = {"password1": PASSWORD_HELP}
