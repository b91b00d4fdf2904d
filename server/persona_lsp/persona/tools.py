"""The tools that a persona may be given: their names in Claude Code and VS Code, and slips in writing them.

https://code.claude.com/docs/en/tools-reference and https://code.visualstudio.com/docs/agents/reference/tools-reference
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from persona_lsp.text.patterns import lazy

# What each does, in few words; the order is that of the completion.
CLAUDE = {
    "Read": "read files",
    "Grep": "search the contents of files",
    "Glob": "find files by their names",
    "Edit": "change files",
    "Write": "create and overwrite files",
    "Bash": "run commands",
    "WebFetch": "read a page of the web",
    "WebSearch": "search the web",
    "Agent": "hand work to another agent (`Task` is its older name)",
    "Skill": "use skills",
    "LSP": "ask language servers",
    "NotebookEdit": "change cells of notebooks",
    "TodoWrite": "keep a list of what is to be done",
    "PowerShell": "run commands in PowerShell",
    "Monitor": "watch something in the background",
    "ToolSearch": "find tools that are loaded on demand",
    "SendMessage": "write to another agent",
    "TaskCreate": "add a task to the list",
    "TaskGet": "read a task of the list",
    "TaskList": "read the list of tasks",
    "TaskUpdate": "change a task of the list",
    "TaskOutput": "read what a background task said",
    "TaskStop": "stop a background task",
    "EnterWorktree": "work in a copy of the repository",
    "ExitWorktree": "leave that copy",
    "ListMcpResourcesTool": "list what MCP servers offer",
    "ReadMcpResourceTool": "read what an MCP server offers",
    "CronCreate": "plan a prompt for later",
    "CronDelete": "take a planned prompt away",
    "CronList": "list planned prompts",
}

# Of which the documentation says that subagents never get them, those that only the main conversation has, older
# names and tools that were there once: no slips of the pen.
_OTHERS = frozenset(
    """
    Task AskUserQuestion EnterPlanMode ExitPlanMode ScheduleWakeup WaitForMcpServers Artifact EndConversation
    ListAgents PushNotification RemoteTrigger ReportFindings SendUserFile ShareOnboardingGuide Workflow
    MultiEdit LS NotebookRead TodoRead BashOutput KillBash KillShell SlashCommand AgentOutputTool
    """.split()
)

VSCODE = {
    "read": "read files and outputs",
    "search": "search the workspace",
    "edit": "change files",
    "execute": "run commands, tasks and notebook cells",
    "web": "read the web",
    "agent": "hand work to subagents",
    "browser": "use pages in a browser",
    "todos": "keep a list of what is to be done",
    "vscode/askQuestions": "ask questions with controls",
    "read/readFile": "read a file",
    "read/problems": "read the Problems panel",
    "search/changes": "list changes of the source control",
    "search/codebase": "find code by meaning",
    "search/fileSearch": "find files by a pattern",
    "search/listDirectory": "list a folder",
    "search/textSearch": "find text in files",
    "search/usages": "find references and definitions",
    "edit/createDirectory": "create a folder",
    "edit/createFile": "create a file",
    "edit/editFiles": "change files",
    "edit/editNotebook": "change a notebook",
    "execute/runInTerminal": "run a command",
    "execute/getTerminalOutput": "read what a command says",
    "execute/createAndRunTask": "run a task",
    "execute/testFailure": "read how tests failed",
    "web/fetch": "read a page of the web",
    "agent/runSubagent": "run a subagent",
    "githubRepo": "search a repository on GitHub",
}

_PLAIN = lazy(r"[A-Za-z]+$")
_LIKE = 0.85


def split(text: str) -> list[str]:
    """The tools of a comma-separated text; commas in parentheses belong to the tool."""
    parts = re.findall(r"(?:[^,()]|\([^)]*\)?|\))+", text)
    return [part.strip() for part in parts if part.strip()]


def slip(tool: str) -> str:
    """The name of Claude Code's that was meant, where a tool's is nearly one; "" otherwise.

    Tools come and go, and MCP servers bring their own: what is merely unknown is no mistake.
    """
    name, arguments, rest = tool.partition("(")
    name = name.strip()
    if not _PLAIN.match(name) or name in CLAUDE or name in _OTHERS:
        return ""
    known = {one.lower(): one for one in (*CLAUDE, *_OTHERS)}
    meant = known.get(name.lower()) or next(iter(get_close_matches(name, known.values(), n=1, cutoff=_LIKE)), "")
    return f"{meant}{arguments}{rest}" if meant else ""


def without_commas(tool: str) -> list[str]:
    """The tools of a text that separates them by spaces alone, where all of them are known; [] otherwise."""
    words = tool.split()
    known = len(words) > 1 and all(word in CLAUDE or word in _OTHERS for word in words)
    return words if known else []
