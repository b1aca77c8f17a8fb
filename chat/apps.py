from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat.announcing import announce_block
        from ledger.signals import block_sealed

        block_sealed.connect(announce_block, dispatch_uid="chat.announce_block")
