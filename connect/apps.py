from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "connect"

    def ready(self) -> None:
        from connect import checks  # noqa: F401  (registers them)
