"""An editor of our own: it starts the language server as editors do, and speaks the protocol over its streams."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from patience import PATIENCE

Json = Any


def at(line: int, column: int) -> Json:
    return {"line": line, "character": column}


def units(text: str) -> int:
    """The length of a text in units of UTF-16, as the protocol counts."""
    return len(text.encode("utf-16-le")) // 2


def place_of(text: str, wanted: str, start: int = 0) -> Json:
    """Where a stretch of a text begins."""
    before = text[: text.index(wanted, start)]
    return at(before.count("\n"), units(before.rpartition("\n")[2]))


def offset_of(text: str, place: Json) -> int:
    lines = text.split("\n")
    line = lines[place["line"]].encode("utf-16-le")[: 2 * place["character"]].decode("utf-16-le")
    return sum(len(one) + 1 for one in lines[: place["line"]]) + len(line)


def shown(text: str, span: Json) -> str:
    """The stretch of a text that a range of the protocol has."""
    return text[offset_of(text, span["start"]) : offset_of(text, span["end"])]


def edited(text: str, edits: Sequence[Json]) -> str:
    """A text after edits of the protocol, which all speak of the text before any."""
    for edit in sorted(edits, key=lambda edit: offset_of(text, edit["range"]["start"]), reverse=True):
        start, end = (offset_of(text, edit["range"][side]) for side in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


class Editor:
    """An editor with the documents that are open in it."""

    def __init__(self, process: subprocess.Popen[bytes], encodings: Sequence[str] = ()) -> None:
        self.process, self.count = process, 0
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.heard: Queue[Json] = Queue()
        self.remarks: dict[str, Json] = {}
        self.messages: list[str] = []
        Thread(target=self._listen, daemon=True).start()
        general = {"positionEncodings": list(encodings)} if encodings else {}
        self.capabilities = self.ask(
            "initialize", {"processId": None, "rootUri": None, "capabilities": {"general": general}}
        )
        self.tell("initialized", {})

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream
        while header := stream.readline():
            length = int(header.split(b":")[1])
            assert stream.readline() == b"\r\n" or stream.readline()
            self.heard.put(json.loads(stream.read(length)))

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method: str, params: Json) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Json) -> Json:
        """What the server answers; an error of its is one here."""
        self.count += 1
        number = self.count
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _next(self) -> Json:
        message = self.heard.get(timeout=PATIENCE)
        method, params = message.get("method"), message.get("params")
        if method == "textDocument/publishDiagnostics":
            self.remarks[params["uri"]] = params
        elif method in ("window/showMessage", "window/logMessage"):
            self.messages.append(params["message"])
        elif method == "workspace/applyEdit":
            self.apply(params["edit"])
        if method and "id" in message:
            self._send({"id": message["id"], "result": {"applied": True}})
        return message

    def open(self, uri: str, text: str, language: str = "markdown") -> None:
        self.texts[uri], self.versions[uri] = text, 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})

    def type(self, uri: str, text: str) -> None:
        """The document has another text: what changed is sent, as one types."""
        old = self.texts[uri]
        start = next((k for k, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
        most = min(len(old), len(text)) - start
        same = next((k for k in range(most) if old[len(old) - k - 1] != text[len(text) - k - 1]), most)
        span = {side: place(old, offset) for side, offset in (("start", start), ("end", len(old) - same))}
        self.texts[uri] = text
        self.versions[uri] += 1
        changes = [{"range": span, "text": text[start : len(text) - same]}]
        identifier = {"uri": uri, "version": self.versions[uri]}
        self.tell("textDocument/didChange", {"textDocument": identifier, "contentChanges": changes})

    def apply(self, edit: Json) -> None:
        for uri, edits in edit["changes"].items():
            self.type(uri, edited(self.texts[uri], edits))

    def close(self, uri: str) -> None:
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def diagnostics(self, uri: str, version: int | None = None) -> Sequence[Json]:
        """The remarks on the text as it is now, once they come."""
        wanted = version or self.versions.get(uri)
        while uri not in self.remarks or self.remarks[uri].get("version") != wanted:
            self._next()
        found: Sequence[Json] = self.remarks[uri]["diagnostics"]
        return found

    def hover(self, uri: str, place: Json) -> str:
        found = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        return found["contents"]["value"] if found else ""

    def actions(self, uri: str, place: Json, *only: str) -> Sequence[Json]:
        context: Mapping[str, Json] = {"diagnostics": [], **({"only": only} if only else {})}
        span = {"start": place, "end": place}
        found: Sequence[Json] = self.ask(
            "textDocument/codeAction", {"textDocument": {"uri": uri}, "range": span, "context": context}
        )
        return found


def place(text: str, offset: int) -> Json:
    before = text[:offset]
    return at(before.count("\n"), units(before.rpartition("\n")[2]))


@contextmanager
def editor(folder: Path | None = None, encodings: Sequence[str] = (), *options: str) -> Iterator[Editor]:
    """An editor whose server ends with it, as the protocol has it: asked to, and with exit code 0."""
    with subprocess.Popen(
        [sys.executable, "-m", "derivation", "lsp", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
    ) as process:
        try:
            made = Editor(process, encodings)
            yield made
            made.ask("shutdown", None)
            made.tell("exit", None)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
