// A file system that is on no disk, as that of a repository on a web site is: vscode-vfs://memory/shop/app.py
const vscode = require('vscode');

const APP = Buffer.from(`from fastapi import FastAPI

app = FastAPI()


@app.get("/orders/{number}")
def read_order(number: int):
    return {"id": number}


@app.get("/orders/newest")
def newest_order():
    return {"id": 1}
`);
const FILE = '/shop/app.py';

exports.activate = (context) => {
  const changed = new vscode.EventEmitter();
  const missing = (uri) => { throw vscode.FileSystemError.FileNotFound(uri); };
  const provider = {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => {}),
    stat: ({ path }) => {
      const type = path === FILE ? vscode.FileType.File : ['/', '/shop'].includes(path) ? vscode.FileType.Directory : missing(path);
      return { type, ctime: 0, mtime: 0, size: path === FILE ? APP.length : 0 };
    },
    readDirectory: ({ path }) => (path === '/shop' ? [['app.py', vscode.FileType.File]] : []),
    readFile: (uri) => (uri.path === FILE ? APP : missing(uri)),
    createDirectory: missing, writeFile: missing, delete: missing, rename: missing,
  };
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider('vscode-vfs', provider, { isReadonly: true }));
};
