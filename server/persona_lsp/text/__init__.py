"""Bytes, offsets, lines and edits: everything that knows text and nothing that knows code."""
