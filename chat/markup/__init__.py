"""What people write, made safe to show.

text.py         Markdown → HTML, and → one plain line
mentions.py, barelinks.py    rules of our own for markdown-it; markdown_tokens.py is what they share
code.py         source code in colours
"""
