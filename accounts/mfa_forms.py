"""The forms of two-step log-in, worded and focused like the others."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from accounts.forms import LabelledForm

LONGEST_CODE = 32
LONGEST_NAME = 50


class _CodeForm(LabelledForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.widget.attrs.update({"autocapitalize": "none", "spellcheck": "false", "maxlength": LONGEST_CODE})
        code.validators.append(forms.CharField(max_length=LONGEST_CODE).validators[0])


class AuthenticateForm(_CodeForm, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    labels = {"code": _("Code")}
    helps = {"code": _("Six digits from your app, or one of your recovery codes.")}


class ReauthenticateCodeForm(_CodeForm, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    labels = AuthenticateForm.labels
    helps = AuthenticateForm.helps


class ActivateAppForm(_CodeForm, ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": _("Code from the app")}
    helps = {"code": _("Six digits; a new one comes every 30 seconds.")}


class ReauthenticateForm(LabelledForm, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": _("Password")}


class CredentialField(forms.JSONField):
    """A device's answer. What is none is refused here: the library raises as it pleases, and that would be a 500."""

    def __init__(self, shape: type[AuthenticationResponse] | type[RegistrationResponse]) -> None:
        super().__init__(widget=forms.HiddenInput)
        self._shape = shape

    def clean(self, value: Any) -> Any:
        credential = super().clean(value)
        try:
            self._shape.from_dict(credential)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return credential


class AuthenticatePasskeyForm(passkey_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(AuthenticationResponse)


class LoginPasskeyForm(passkey_forms.LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(AuthenticationResponse)


class ReauthenticatePasskeyForm(passkey_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField(AuthenticationResponse)


class AddPasskeyForm(LabelledForm, passkey_forms.AddWebAuthnForm):  # type: ignore[misc]
    """Every passkey of ours logs in by itself: it lives on the device and asks for finger, face or PIN."""

    labels = {"name": _("Name")}
    helps = {"name": _("So that you know it again: this laptop, the blue key.")}
    name = forms.CharField(required=False, max_length=LONGEST_NAME)
    credential = CredentialField(RegistrationResponse)
    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)


class EditPasskeyForm(LabelledForm, passkey_forms.EditWebAuthnForm):  # type: ignore[misc]
    labels = {"name": _("Name")}
    name = forms.CharField(max_length=LONGEST_NAME)
