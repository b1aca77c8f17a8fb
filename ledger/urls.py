"""Addresses of ledger."""

from django.urls import URLPattern, path, re_path

from ledger import views
from ledger.explorer import views as explorer
from ledger.log import views as log_views

urlpatterns: list[URLPattern] = [
    path("chain/", explorer.chain, name="chain"),
    path("chain/live/", explorer.live, name="chain_live"),
    path("chain/blocks/<int:height>/", explorer.block, name="chain_block"),
    path("get_chain", views.get_chain, name="get_chain"),
    path("valid", views.valid, name="valid"),
    path("mine_block", views.mine_block, name="mine_block"),
    path("log/checkpoint", log_views.checkpoint, name="log_checkpoint"),
    path("log/tile/<path:path>", log_views.tile, name="log_tile"),
    path("log/proof/consistency", log_views.consistency, name="log_consistency"),
    path("log/key", log_views.log_key, name="log_key"),
    re_path(r"^log/receipt/(?P<leaf_hash>[0-9a-f]{64})$", log_views.receipt, name="log_receipt"),
]
