"""The prompts, as code with a version: what the server adds to a persona's words, and how a question is put."""

from persona_lsp.ai.prompts.contract import CONTRACT
from persona_lsp.ai.prompts.question import question
from persona_lsp.ai.prompts.tasks import TASKS, Task, Work

VERSION = "1"
"""Changes with every word of a prompt: answers to another version are not taken from the cache."""

__all__ = ["CONTRACT", "TASKS", "VERSION", "Task", "Work", "question"]
