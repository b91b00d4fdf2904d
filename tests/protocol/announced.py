"""Whether a server's messages are valid, and use nothing that the client did not announce.

Works on plain JSON: what lsprotocol makes of a message no longer tells what was really sent.
"""

from collections.abc import Iterator
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter
from tests.protocol.recording import RecordingProtocol

Json = dict[str, Any]
_CONVERTER = get_converter()

REQUESTS = {
    "workspace/configuration": "workspace.configuration",
    "window/workDoneProgress/create": "window.workDoneProgress",
    "window/showDocument": "window.showDocument.support",
    "workspace/diagnostic/refresh": "workspace.diagnostics.refreshSupport",
    "workspace/inlayHint/refresh": "workspace.inlayHint.refreshSupport",
    "workspace/codeLens/refresh": "workspace.codeLens.refreshSupport",
    "workspace/applyEdit": "workspace.applyEdit",
}
"""What a server may ask a client for, and the capability that allows it."""

REGISTRATIONS = {
    "workspace/didChangeConfiguration": "workspace.didChangeConfiguration.dynamicRegistration",
    "workspace/didChangeWatchedFiles": "workspace.didChangeWatchedFiles.dynamicRegistration",
}
NOTIFICATIONS = {"textDocument/publishDiagnostics", "window/showMessage", "window/logMessage", "$/progress"}
_OLD_SYMBOL_KINDS = range(1, 19)
_OLD_COMPLETION_KINDS = range(1, 19)


class Checker:
    """Collects what is wrong with the messages of one session."""

    def __init__(self, announced: Json) -> None:
        """`announced` are the client's capabilities."""
        self.announced = announced
        self.problems: list[str] = []
        self.tokens: set[Any] = set()

    def has(self, path: str) -> Any:
        """What stands at a path of the capabilities, None where nothing does."""
        value: Any = self.announced
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def need(self, path: str, used: str) -> None:
        """Something is used that wants a capability."""
        if not self.has(path):
            self.problems.append(f"{used} without {path}")

    def session(self, protocol: RecordingProtocol) -> list[str]:
        """The problems of all that was received."""
        for message in protocol.received:
            if "method" in message:
                self._sent(message)
            elif "error" not in message:
                method = protocol.asked[message["id"]]
                if method == "textDocument/codeAction":
                    # lsprotocol takes an action that has a command for a command.
                    for action in message.get("result") or ():
                        of = types.Command if isinstance(action.get("command"), str) else types.CodeAction
                        self._valid(method, action, of)
                else:
                    self._valid(method, message, types.METHOD_TO_TYPES[method][1])
                self.result(method, message.get("result"))
        return self.problems

    def result(self, method: str, result: Any) -> None:
        """Look at the result of a request of the client."""
        match method:
            case "initialize":
                self._server(result["capabilities"])
            case "textDocument/hover" if result is not None:
                formats = self.has("textDocument.hover.contentFormat") or ["plaintext"]
                if result["contents"]["kind"] not in formats:
                    self.problems.append(f"a hover in {result['contents']['kind']}")
            case "textDocument/codeAction":
                for action in result or ():
                    self._action(action)
            case "codeAction/resolve":
                self._action(result)
            case "textDocument/completion":
                known = self.has("textDocument.completion.completionItemKind.valueSet") or _OLD_COMPLETION_KINDS
                self.problems += [f"a completion of kind {one['kind']}" for one in result if one["kind"] not in known]
                if any(one.get("insertTextFormat") == types.InsertTextFormat.Snippet.value for one in result):
                    self.need("textDocument.completion.completionItem.snippetSupport", "a snippet")
            case "textDocument/diagnostic":
                self._diagnostics(result.get("items", ()), "textDocument.diagnostic")
            case "workspace/diagnostic":
                for report in result["items"]:
                    self._diagnostics(report.get("items", ()), "textDocument.diagnostic")
            case "textDocument/documentSymbol":
                for symbol in _with_children(result or ()):
                    self._symbol(symbol, "textDocument.documentSymbol")
            case "workspace/symbol":
                for symbol in result or ():
                    self._symbol(symbol, "workspace.symbol")
                    if "range" not in symbol["location"]:
                        self.need("workspace.symbol.resolveSupport", "a symbol without a range")
            case "textDocument/definition":
                for place in result if isinstance(result, list) else [result] if result else []:
                    if "targetUri" in place:
                        self.need("textDocument.definition.linkSupport", "a link as a definition")

    def _sent(self, message: Json) -> None:
        method, params = message["method"], message.get("params")
        self._valid(method, message, types.METHOD_TO_TYPES[method][0])
        if method == "client/registerCapability":
            for registration in params["registrations"]:
                self.need(REGISTRATIONS[registration["method"]], f"the registration of {registration['method']}")
        elif "id" in message:
            self.need(REQUESTS[method], method)
            if method == "window/workDoneProgress/create":
                self.tokens.add(params["token"])
        elif method not in NOTIFICATIONS:
            self.problems.append(f"the notification {method}")
        elif method == "$/progress" and params["token"] not in self.tokens:
            self.problems.append("progress with a token that nobody made")
        elif method == "textDocument/publishDiagnostics":
            self._diagnostics(params["diagnostics"], "textDocument.publishDiagnostics")

    def _valid(self, method: str, message: Json, kind: Any) -> None:
        """Nothing in the message is unknown to the protocol, and nothing that it wants is missing."""
        try:
            again = _CONVERTER.unstructure(_CONVERTER.structure(message, kind), kind)
        except Exception as error:  # noqa: BLE001  # whatever the converter cannot take is invalid
            self.problems.append(f"{method} is not valid: {error!r} {error.__cause__!r} {message}")
            return
        if (lost := list(_differences(message, again))) != []:
            self.problems.append(f"{method} has what the protocol does not know: {lost}")

    def _server(self, capabilities: Json) -> None:
        if "positionEncoding" in capabilities:
            offered = self.has("general.positionEncodings") or ["utf-16"]
            if capabilities["positionEncoding"] not in offered:
                self.problems.append(f"positions in {capabilities['positionEncoding']}")
        if "diagnosticProvider" in capabilities:
            self.need("textDocument.diagnostic", "diagnostics to be pulled")
        if isinstance(capabilities["codeActionProvider"], dict):
            self.need("textDocument.codeAction.codeActionLiteralSupport", "options of code actions")
            if capabilities["codeActionProvider"].get("resolveProvider"):
                self.need("textDocument.codeAction.resolveSupport", "code actions to be resolved")
        if isinstance(capabilities["documentSymbolProvider"], dict):
            self.need("textDocument.documentSymbol.labelSupport", "a label for symbols")

    def _diagnostics(self, diagnostics: Any, path: str) -> None:
        for diagnostic in diagnostics:
            for key, capability in (
                ("relatedInformation", "relatedInformation"),
                ("codeDescription", "codeDescriptionSupport"),
                ("data", "dataSupport"),
            ):
                # Clients that pull often announce these beside what they are told, for both ways.
                if key in diagnostic and not self.has(f"textDocument.publishDiagnostics.{capability}"):
                    self.need(f"{path}.{capability}", f"{key} of a diagnostic")
            for tag in diagnostic.get("tags", ()):
                known = self.has("textDocument.publishDiagnostics.tagSupport.valueSet") or self.has(
                    f"{path}.tagSupport.valueSet"
                )
                if tag not in (known or ()):
                    self.problems.append(f"the tag {tag} of a diagnostic")

    def _action(self, action: Json) -> None:
        if isinstance(action.get("command"), str):
            return  # A command, which every client takes.
        self.need("textDocument.codeAction.codeActionLiteralSupport", "a code action that is no command")
        for key, capability in (
            ("isPreferred", "isPreferredSupport"),
            ("data", "dataSupport"),
            ("disabled", "disabledSupport"),
        ):
            if key in action:
                self.need(f"textDocument.codeAction.{capability}", f"{key} of a code action")
        later = "edit" not in action and "command" not in action
        if later and "edit" not in (self.has("textDocument.codeAction.resolveSupport.properties") or ()):
            self.problems.append("a code action whose edit comes later")
        self._diagnostics(action.get("diagnostics", ()), "textDocument.publishDiagnostics")
        for change in action.get("edit", {}).get("documentChanges", ()):
            self.need("workspace.workspaceEdit.documentChanges", "documentChanges")
            if "kind" in change and change["kind"] not in (
                self.has("workspace.workspaceEdit.resourceOperations") or ()
            ):
                self.problems.append(f"the operation {change['kind']}")
            for edit in change.get("edits", ()):
                if "annotationId" in edit:
                    self.need("workspace.workspaceEdit.changeAnnotationSupport", "an annotation")

    def _symbol(self, symbol: Json, path: str) -> None:
        if "selectionRange" in symbol:
            self.need(f"{path}.hierarchicalDocumentSymbolSupport", "a tree of symbols")
        if symbol["kind"] not in (self.has(f"{path}.symbolKind.valueSet") or _OLD_SYMBOL_KINDS):
            self.problems.append(f"the kind {symbol['kind']} of a symbol")


def _with_children(symbols: Any) -> Iterator[Json]:
    for symbol in symbols:
        yield symbol
        yield from _with_children(symbol.get("children", ()))


def _differences(sent: Any, known: Any, path: str = "") -> Iterator[str]:
    """Where something was sent that is not there any more once it has been understood."""
    match sent, known:
        case dict(), dict():
            for key, value in sent.items():
                if value is not None:
                    yield from _differences(value, known.get(key), f"{path}.{key}")
        case list(), list() | tuple():
            if len(sent) != len(known):
                yield path
            for number, (one, other) in enumerate(zip(sent, known, strict=False)):
                yield from _differences(one, other, f"{path}[{number}]")
        case _ if sent != known:
            yield f"{path}: {sent!r} became {known!r}"
