from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")

    def ready(self) -> None:
        from accounts.profile import profile_changed
        from accounts.sections import add_section
        from chat import receivers, writing_to  # noqa: F401  (connects them)
        from chat.announcing import announce_block, announce_name
        from chat.search.indexing import forget
        from ledger.recording.batches import add_erasure_listener
        from ledger.signals import block_sealed

        block_sealed.connect(announce_block, dispatch_uid="chat.announce_block")
        profile_changed.connect(announce_name, dispatch_uid="chat.announce_name")
        add_erasure_listener(forget)
        add_section(70, "notifications", _("Notifications"))
