"""What is taken away: a room with all versions and receipts (exporting.py, export_page.py), what one person said
(own_data.py).
"""
