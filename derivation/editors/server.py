"""The language server: documents in, remarks out, over the Language Server Protocol.

Handlers run in one loop, which never waits for a check: checks and all that reckons go through one worker, the newest
text of a document first to last. Whatever is overtaken by a newer text is dropped. Nothing is written but what an
editor is asked to, and nothing in a document is executed.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import unquote

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from derivation.checking.rewriting.renumber import BadChange
from derivation.checking.sources.source import UnreadableArticle
from derivation.editors.actions import Action, Change, actions, differences, with_other_numbers
from derivation.editors.documents import Document, Span, document, is_article, notebook
from derivation.editors.hovering import hover
from derivation.editors.looks import Level, Look, Remark, looked, retraced
from derivation.editors.places import UTF16
from derivation.version import VERSION
from derivation.words.telling import tell

Result = TypeVar("Result")
LEAST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
"""Seconds without typing before a text is looked at: as many as the look before took, within these."""
IDLE = 0.1
"""Seconds after a look without another wish, after which the next one is prepared."""
STACK = 1 << 26
"""Bytes of the worker's stack: formulas may be nested deeply."""
RENUMBER = "derivation.renumber"
SEVERITIES: Mapping[Level, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}
CELLS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithCells(
            notebook=types.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            cells=[types.NotebookCellLanguage("markdown")],
        )
    ]
)


class Server(LanguageServer):
    """The documents that are open, each with its latest look and the task that makes the next one. A notebook is known
    by its own URI, its cells belong to it."""

    def __init__(self) -> None:
        super().__init__("derivation", VERSION, notebook_document_sync=CELLS)
        self.looks: dict[str, Look] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.idle: dict[str, asyncio.Task[None]] = {}
        self.took: dict[str, float] = {}
        self.wishes = 0
        """How often the worker was given something to do."""
        self.shown: dict[str, set[str]] = {}
        """Under which URIs remarks of a document were shown."""
        threading.stack_size(STACK)
        self.worker = ThreadPoolExecutor(1, "checker")
        self.worker.submit(int)  # starts the thread, with this stack
        threading.stack_size(0)

    async def worked(self, work: Callable[[], Result]) -> Result:
        """The result of some work, done by the worker in the language that is spoken here."""
        self.wishes += 1
        return await asyncio.get_running_loop().run_in_executor(self.worker, copy_context().run, work)

    # Documents

    def home(self, uri: str) -> str:
        """The URI by which a document is known: of a cell, its notebook's."""
        found = self.workspace.get_notebook_document(cell_uri=uri)
        return found.uri if found else uri

    def version_of(self, uri: str) -> int | None:
        """The version of the text that the editor has now; None where the document is closed."""
        workspace, known = self.workspace, unquote(uri)
        held = workspace.notebook_documents.get(known) or workspace.text_documents.get(known)
        return held.version if held else None

    def document(self, uri: str) -> Document | None:
        """A document as it is now; None where it is no article. `UnreadableArticle` where it is none at the moment."""
        agreed, path = self.workspace.position_encoding, to_fs_path(uri) or "article"
        encoding = str(getattr(agreed, "value", agreed) or UTF16)
        if held := self.workspace.get_notebook_document(notebook_uri=uri):
            cells = [cell.document for cell in held.cells if cell.kind == types.NotebookCellKind.Markup]
            texts = [(cell, self.workspace.get_text_document(cell).source) for cell in cells]
            return notebook(path if path.endswith(".ipynb") else f"{path}.ipynb", texts, encoding)
        text = self.workspace.get_text_document(uri)
        if not is_article(path, language := text.language_id or ""):
            return None
        return document(uri, path, text.source, language, encoding)

    # Looking

    def changed(self, uri: str) -> None:
        """A document has another text: what was begun is dropped, and it is looked at once nobody types."""
        self.dropped(uri)
        task = self.tasks[uri] = asyncio.create_task(self.look_again(uri))
        task.add_done_callback(self.failed)

    def dropped(self, uri: str) -> None:
        if task := self.tasks.pop(uri, None):
            task.cancel()

    def closed(self, uri: str) -> None:
        """A document is closed: nothing is said of it any more."""
        self.dropped(uri)
        self.looks.pop(uri, None)
        self.show(uri, {}, None)

    def failed(self, task: asyncio.Task[None]) -> None:
        """Says to whoever reads the log that a look could not be made, which is a fault of ours."""
        if not task.cancelled() and (error := task.exception()):
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, f"{type(error).__name__}: {error}"))

    async def look_again(self, uri: str) -> None:
        await asyncio.sleep(min(max(self.took.get(uri, 0.0), LEAST_PAUSE), LONGEST_PAUSE))
        version, began = self.version_of(uri), perf_counter()
        try:
            made = self.document(uri)
        except UnreadableArticle as problem:
            self.show(uri, {uri: [Remark(Span(uri, (0, 0), (0, 0)), "information", str(problem), "")]}, version)
            return
        if made is None:
            return
        look = await self.worked(partial(looked, made, self.looks.get(uri)))
        self.took[uri] = perf_counter() - began
        if self.version_of(uri) == version:
            self.looks[uri] = look
            self.show(uri, look.by_page, version)
            self.idle[uri] = asyncio.create_task(self.prepare(uri, look))

    async def prepare(self, uri: str, look: Look) -> None:
        """Finds out, while nothing else is wished, what the next look at a document needs to know of this one."""
        await asyncio.sleep(IDLE)
        if self.looks.get(uri) is look and not look.world.judged:
            wishes = self.wishes + 1
            made = await self.worked(partial(retraced, look, lambda: self.wishes != wishes))
            if self.looks.get(uri) is look:
                self.looks[uri] = made

    async def look(self, uri: str) -> Look | None:
        """The look at a document as it is now, once there is one."""
        home = self.home(uri)
        while (task := self.tasks.get(home)) and not task.done():
            await asyncio.wait({task})
        return self.looks.get(home)

    def show(self, uri: str, by_page: Mapping[str, Any], version: int | None) -> None:
        """Shows the remarks of a document, and takes back those under URIs that have none any more."""
        for gone in self.shown.pop(uri, set()) - by_page.keys():
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(gone, []))
        self.shown[uri] = set(by_page)
        for page, remarks in by_page.items():
            counted = version if page == uri else None
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(page, list(map(diagnostic, remarks)), counted)
            )

    # Actions

    async def renumber(self, uri: str, changes: Mapping[str, str], seed: int | None) -> None:
        """Puts other numbers into a document, by the editor, and says what a reader has to look at."""
        made = self.document(uri)
        if made is None:
            return
        try:
            result = await self.worked(partial(with_other_numbers, made, changes, seed))
        except BadChange as problem:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, str(problem)))
            return
        if result.failures:
            said = "\n".join([f"{tell('commands.not_renumbered')}:", *result.failures])
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, said))
            return
        edit = edits(differences(made, result.text))
        await self.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, tell("editors.renumber")))
        for heading, rows in ((tell("commands.untied"), result.unaligned), (tell("commands.claims"), result.claims)):
            if rows:
                said = "\n".join([f"{heading}:", *rows])
                self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, said))


def range_of(span: Span) -> types.Range:
    return types.Range(types.Position(*span.start), types.Position(*span.end))


def diagnostic(remark: Remark) -> types.Diagnostic:
    return types.Diagnostic(
        range_of(remark.span),
        remark.said,
        severity=SEVERITIES[remark.level],
        code=remark.code or None,
        source="derivation",
    )


def edits(changes: Iterable[Change]) -> types.WorkspaceEdit:
    found: dict[str, list[types.TextEdit]] = {}
    for change in changes:
        found.setdefault(change.span.uri, []).append(types.TextEdit(range_of(change.span), change.text))
    return types.WorkspaceEdit(changes=found)


def code_action(action: Action) -> types.CodeAction:
    return types.CodeAction(
        action.title,
        kind=action.kind,
        diagnostics=[diagnostic(action.mends)] if action.mends else None,
        is_preferred=True if action.mends else None,
        edit=edits(action.changes),
    )


# What the protocol's messages ask for. The first parameter is the server, as pygls finds by its annotation.


def text_changed(server: Server, params: types.DidOpenTextDocumentParams | types.DidChangeTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


def text_closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.closed(params.text_document.uri)


def text_saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    """What one file says may stand in another that puts it in."""
    for uri in [*server.looks]:
        if uri != params.text_document.uri and server.looks[uri].others:
            server.changed(uri)


def cells_changed(
    server: Server, params: types.DidOpenNotebookDocumentParams | types.DidChangeNotebookDocumentParams
) -> None:
    server.changed(params.notebook_document.uri)


def cells_closed(server: Server, params: types.DidCloseNotebookDocumentParams) -> None:
    server.closed(params.notebook_document.uri)


async def hovered(server: Server, params: types.HoverParams) -> types.Hover | None:
    look, uri, place = await server.look(params.text_document.uri), params.text_document.uri, params.position
    offset = look.document.offset(uri, (place.line, place.character)) if look else None
    found = await server.worked(partial(hover, look, offset)) if look and offset is not None else None
    return found and types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found[0]), range_of(found[1]))


async def offered(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri, look = params.text_document.uri, await server.look(params.text_document.uri)
    if look is None:
        return []
    first, last = ((place.line, place.character) for place in (params.range.start, params.range.end))
    found = list(map(code_action, await server.worked(lambda: list(actions(look, uri, first, last)))))
    if look.is_renumbered:
        title = tell("editors.renumber")
        drawn = types.Command(title, RENUMBER, arguments=[{"uri": uri, "seed": len(look.document.source.text)}])
        found.append(types.CodeAction(title, kind="refactor.rewrite", command=drawn))
    wanted = params.context.only
    return [one for one in found if wanted is None or any(is_kind(str(one.kind), kind) for kind in wanted)]


def is_kind(kind: str, wanted: str) -> bool:
    """Whether a kind of action is one of another: `refactor.inline` is a `refactor`."""
    return f"{kind}.".startswith(f"{wanted}.")


def ended(server: Server, params: None) -> None:
    """What is prepared for a next look is not wished any more."""
    server.wishes += 1


async def renumber(server: Server, wish: dict[str, Any]) -> None:
    """The command: `uri`, and `changes` by name (`{"x": "[2, 1]"}`) or a `seed` to draw all inputs from."""
    await server.renumber(wish["uri"], wish.get("changes") or {}, wish.get("seed"))


FEATURES: Mapping[str, Callable[..., Any]] = {
    types.TEXT_DOCUMENT_DID_OPEN: text_changed,
    types.TEXT_DOCUMENT_DID_CHANGE: text_changed,
    types.TEXT_DOCUMENT_DID_SAVE: text_saved,
    types.TEXT_DOCUMENT_DID_CLOSE: text_closed,
    types.NOTEBOOK_DOCUMENT_DID_OPEN: cells_changed,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: cells_changed,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: cells_closed,
    types.TEXT_DOCUMENT_HOVER: hovered,
    types.SHUTDOWN: ended,
}
KINDS = types.CodeActionOptions(["quickfix", "refactor.inline", "refactor.rewrite"])


def serve() -> None:
    """Serves an editor over standard input and output until it is done."""
    server = Server()
    for message, answer in FEATURES.items():
        server.feature(message)(answer)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, KINDS)(offered)
    server.command(RENUMBER)(renumber)
    with os.fdopen(os.dup(0), "rb") as wishes, os.fdopen(os.dup(1), "wb") as answers:  # pygls closes what it is given
        server.start_io(wishes, answers)
