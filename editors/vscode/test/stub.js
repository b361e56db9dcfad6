// What the client needs of `vscode`, in the place of VS Code: documents, their events, and who provides what. Whatever
// else it asks for is a thing that does nothing.
'use strict';

const { EventEmitter: Emitter } = require('node:events');

class Disposable {
  constructor(end) { this.end = end; }
  dispose() { if (this.end) this.end(); }
}

class EventEmitter {
  constructor() {
    this.emitter = new Emitter();
    this.event = (listener, self) => {
      const bound = listener.bind(self);
      this.emitter.on('it', bound);
      return new Disposable(() => this.emitter.off('it', bound));
    };
  }
  fire(value) { this.emitter.emit('it', value); }
  dispose() { this.emitter.removeAllListeners(); }
}

class Position {
  constructor(line, character) { Object.assign(this, { line, character }); }
}

class Range {
  constructor(...ends) {
    const [start, end] = ends.length === 4 ? [new Position(ends[0], ends[1]), new Position(ends[2], ends[3])] : ends;
    Object.assign(this, { start, end });
  }
}

class Uri {
  constructor(text) { this.text = text; this.scheme = text.split(':')[0]; this.path = this.fsPath = text.replace(/^\w+:\/\//, ''); }
  static parse(text) { return new Uri(text); }
  static file(path) { return new Uri(`file://${path}`); }
  toString() { return this.text; }
}

class Diagnostic {
  constructor(range, message, severity) { Object.assign(this, { range, message, severity }); }
}

class CodeActionKind {
  constructor(value) { this.value = value; }
  append(more) { return new CodeActionKind(this.value ? `${this.value}.${more}` : more); }
}
Object.assign(CodeActionKind, { Empty: new CodeActionKind(''), QuickFix: new CodeActionKind('quickfix') });

class CodeAction {
  constructor(title, kind) { Object.assign(this, { title, kind }); }
}

class TextEdit {
  constructor(range, newText) { Object.assign(this, { range, newText }); }
  static replace(range, text) { return new TextEdit(range, text); }
}

class WorkspaceEdit {
  constructor() { this.edits = []; }
  set(uri, edits) { this.edits.push({ uri, edits }); }
}

class MarkdownString {
  constructor(value = '') { this.value = value; }
  appendMarkdown(text) { this.value += text; return this; }
  appendCodeblock(text) { this.value += text; return this; }
}

class Hover {
  constructor(contents, range) { Object.assign(this, { contents, range }); }
}

class CancellationError extends Error {}

class CancellationTokenSource {
  constructor() { this.token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable() }; }
  cancel() {}
  dispose() {}
}

// One document that is open, whose text may change.
class Document {
  constructor(uri, languageId, text) { Object.assign(this, { uri, languageId, text, version: 1, isClosed: false, isDirty: false, fileName: uri.fsPath }); }
  getText() { return this.text; }
  get lineCount() { return this.text.split('\n').length; }
}

const nothing = () => new Disposable();
const emitters = {};
const event = (name) => (emitters[name] ??= new EventEmitter()).event;
const provided = {};
const shown = new Map();
const settings = {};
const documents = [];
const commands = new Map();

// Things that are asked for, and here are nothing: each name is a class of its own, an event, or a table of numbers.
const rest = (known, area) => new Proxy(known, {
  get(target, name) {
    if (name in target || typeof name === 'symbol') return target[name];
    if (/^on[A-Z]/.test(name)) return event(`${area}.${name}`);
    if (/^register[A-Z]/.test(name)) return (...given) => { (provided[name] ??= []).push(given); return new Disposable(); };
    return (target[name] = class {});
  },
});

const languages = {
  match: (selector, document) => (Array.isArray(selector) ? selector : [selector]).some((one) => one.language === document.languageId && !one.notebook) ? 10 : 0,
  createDiagnosticCollection: () => ({
    set: (uri, found) => { shown.set(uri.toString(), found); emitters.shown?.fire(uri.toString()); },
    delete: (uri) => shown.delete(uri.toString()),
    clear: () => shown.clear(),
    dispose: () => {},
  }),
};
const workspace = {
  textDocuments: documents,
  notebookDocuments: [],
  workspaceFolders: undefined,
  getConfiguration: (section) => ({ get: (name, otherwise) => settings[`${section}.${name}`] ?? otherwise }),
  createFileSystemWatcher: () => ({ onDidCreate: nothing, onDidChange: nothing, onDidDelete: nothing, dispose() {} }),
};
const channel = { append: console.error, appendLine: console.error, replace() {}, clear() {}, show() {}, hide() {}, dispose() {} };
const window = {
  activeTextEditor: undefined,
  visibleTextEditors: [],
  tabGroups: { all: [], onDidChangeTabs: nothing },
  createOutputChannel: () => channel,
  showErrorMessage: async (text) => console.error(text),
  showWarningMessage: async () => undefined,
  showInformationMessage: async () => undefined,
};

module.exports = {
  vscode: rest({
    Disposable, EventEmitter, Position, Range, Uri, Diagnostic, CodeAction, CodeActionKind, TextEdit, WorkspaceEdit, MarkdownString, Hover,
    CancellationError, CancellationTokenSource,
    version: '1.90.0',
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    DiagnosticTag: { Unnecessary: 1, Deprecated: 2 },
    CodeActionTriggerKind: { Invoke: 1, Automatic: 2 },
    NotebookCellKind: { Markup: 1, Code: 2 },
    StatusBarAlignment: { Left: 1, Right: 2 },
    env: { language: 'en', appName: 'stub', appHost: 'desktop', uriScheme: 'vscode', machineId: 'stub', sessionId: 'stub' },
    extensions: { getExtension: () => undefined, all: [], onDidChange: nothing },
    l10n: { t: (text) => text },
    commands: { registerCommand: (name, run) => { commands.set(name, run); return new Disposable(); }, executeCommand: async (name, ...given) => commands.get(name)?.(...given) },
    languages: rest(languages, 'languages'),
    workspace: rest(workspace, 'workspace'),
    window: rest(window, 'window'),
  }, 'vscode'),
  Document, emitters, event, provided, shown, settings, documents, commands, workspace, window,
};
