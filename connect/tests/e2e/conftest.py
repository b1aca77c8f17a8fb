"""What the browser tests share. Nothing here touches a database of its own: the site is a real process."""

from connect.tests.e2e.browser import chromium, open_window, served

__all__ = ["chromium", "open_window", "served"]
