// The client: it starts `derivation lsp` and hands it the documents that it reads. All else the server does.
'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

const DOCUMENTS = [
  ...['markdown', 'latex', 'tex', 'quarto'].map((language) => ({ language })),
  { notebook: 'jupyter-notebook', language: 'markdown' },
];
let client;

function activate(context) {
  const [command, ...args] = vscode.workspace.getConfiguration('derivation').get('command');
  client = new LanguageClient('derivation', { command, args }, { documentSelector: DOCUMENTS });
  context.subscriptions.push(vscode.commands.registerCommand('derivation.otherNumbers', otherNumbers));
  return client.start();
}

function deactivate() {
  return client && client.stop();
}

// Asks for other inputs, as `x = [2, 1]; w = 0.5`, and has the article worked anew with them.
async function otherNumbers() {
  const editor = vscode.window.activeTextEditor;
  const text = editor && (await vscode.window.showInputBox({ prompt: 'Inputs and their new values', placeHolder: 'x = [2, 1]; w = 0.5' }));
  if (!text) return;
  const rows = text.split(';').map((row) => row.split('=').map((part) => part.trim()));
  const wish = { uri: editor.document.uri.toString(), changes: Object.fromEntries(rows) };
  await client.sendRequest('workspace/executeCommand', { command: 'derivation.renumber', arguments: [wish] });
}

module.exports = { activate, deactivate };
