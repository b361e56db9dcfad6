// Drives the extension against the real server: node drive.js FOLDER SERVER..., where FOLDER holds the extension with
// what it needs, and SERVER is how the server is started. Prints what was seen, as JSON.
'use strict';

const assert = require('node:assert');
const Module = require('node:module');
const path = require('node:path');
const stub = require('./stub.js');

const [folder, ...server] = process.argv.slice(2);
const load = Module._load;
Module._load = (name, ...more) => (name === 'vscode' ? stub.vscode : load(name, ...more));
const extension = require(path.resolve(folder, 'extension.js'));

const { Position, Range, Uri } = stub.vscode;
const text = 'Let $x = 2$. \u{1f600} Then $x^2 + 1 = 6$.\n';
const token = new stub.vscode.CancellationTokenSource().token;

const offset = (document, { line, character }) => document.text.split('\n').slice(0, line).reduce((sum, one) => sum + one.length + 1, character);

// An edit, as VS Code carries it out: the text is another, and everybody is told.
function apply(document, edits) {
  const [edit] = edits;
  const [start, end] = [offset(document, edit.range.start), offset(document, edit.range.end)];
  document.text = document.text.slice(0, start) + edit.newText + document.text.slice(end);
  document.version += 1;
  const change = { range: edit.range, rangeOffset: start, rangeLength: end - start, text: edit.newText };
  stub.emitters['workspace.onDidChangeTextDocument'].fire({ document, contentChanges: [change], reason: undefined });
}

// The remarks on a document, once they are as they should be.
const remarks = (document, wanted) => new Promise((done) => {
  const look = () => { const found = stub.shown.get(document.uri.toString()); if (found && wanted(found)) done(found); };
  stub.event('shown')(look);
  look();
});

async function main() {
  stub.settings['derivation.command'] = server;
  const document = new stub.Document(Uri.parse('file:///article.md'), 'markdown', text);
  stub.documents.push(document);
  const context = { subscriptions: [] };
  await extension.activate(context);
  const before = await remarks(document, (found) => found.length);
  const place = before[0].range.start;

  const [[, hovers]] = stub.provided.registerHoverProvider;
  const hover = await hovers.provideHover(document, new Position(0, text.indexOf('x^2')), token);
  const [[, provider]] = stub.provided.registerCodeActionsProvider;
  const offered = await provider.provideCodeActions(document, new Range(place, place), { diagnostics: before, only: undefined, triggerKind: 1 }, token);
  const fix = offered.find((action) => action.kind?.value === 'quickfix');
  apply(document, fix.edit.edits[0].edits);
  await remarks(document, (found) => !found.length);
  const mended = document.text;

  // The command that asks for other numbers; the server has the edit applied.
  stub.window.activeTextEditor = { document };
  stub.window.showInputBox = async () => 'x = 3';
  stub.workspace.applyEdit = async (edit) => { apply(document, edit.edits[0].edits); return true; };
  await stub.commands.get('derivation.otherNumbers')();
  await remarks(document, (found) => !found.length);
  assert.ok(stub.commands.has('derivation.renumber'), 'what the server can be asked to do is known');

  const say = ({ range, message, severity, source, code }) => ({ under: text.slice(offset({ text }, range.start), offset({ text }, range.end)), message, severity, source, code });
  const found = { before: before.map(say), hover: [hover.contents].flat().map((one) => one.value).join('\n'), actions: offered.map((one) => one.title), mended, renumbered: document.text };
  await extension.deactivate();
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
}

main().catch((error) => { console.error(error); process.exit(1); });
