"""The host: open documents over the disk, their facts, one linked snapshot; in this process or in a worker process.

The front of the language server starts the worker before anything else, so this file imports nothing.
"""
