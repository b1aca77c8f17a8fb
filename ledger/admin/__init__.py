"""The ledger in Django's admin: everything can be seen, nothing can be written."""

from ledger.admin import blocks, messages, tables

__all__ = ["blocks", "messages", "tables"]
