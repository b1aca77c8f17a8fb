"""Two-step log-in by allauth.mfa: our words for its errors, and how the site is named to apps and passkeys."""

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is wrong, used or has just run out. Enter the newest one."),
        "cannot_generate_recovery_codes": gettext_lazy("Recovery codes come with an app or a passkey. Add one first."),
    }

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        return f"Connect ({context.request.get_host()})"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Connect"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}


def remove_second_steps(people: QuerySet[User]) -> int:
    """For who has lost everything; by whoever runs the site. How many people had a second step."""
    found = Authenticator.objects.filter(user__in=people)
    count: int = found.values("user").distinct().count()
    found.delete()
    return count
