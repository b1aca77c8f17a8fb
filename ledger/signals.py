"""What the ledger tells upwards: that a block was sealed and signed."""

from django.dispatch import Signal

block_sealed = Signal()
"""Sender `Block`, argument `block`. Sent in the process that signed, after the checkpoint is durable."""
