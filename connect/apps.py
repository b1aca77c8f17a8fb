from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectConfig(AppConfig):
    name = "connect"

    def ready(self) -> None:
        from accounts.sections import add_section
        from connect import checks  # noqa: F401  (registers them)

        add_section(80, "account_data", _("My data"))
