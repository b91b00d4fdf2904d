import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, keyOf, nameOf } from '../src/uris';

test('every spelling of a file has one key', () => {
  for (const [a, b] of [
    ['file:///code/B%C3%BCro%20%26%20books/a.py', 'file:///code/Büro & books/a.py'],
    ['file:///c%3A/Users/x.py', 'file:///C:/Users/x.py'],
    ['file:///a/%40b%2Bc.py', 'file:///a/@b+c.py'],
    ['file://server/share/x.py', 'file://SERVER/share/x.py'],
    ['vscode-remote://ssh-remote%2Bbox/home/a.py', 'vscode-remote://ssh-remote+box/home/a.py'],
  ] as const) {
    assert.equal(keyOf(a), keyOf(b));
  }
  assert.notEqual(keyOf('file:///a/x.py'), keyOf('file:///a/X.py'));
  assert.equal(keyOf('untitled:Untitled-1'), 'untitled:Untitled-1');
});

test('names are as people write them', () => {
  assert.equal(nameOf('file:///c%3A/B%C3%BCro/orders%20%231.py'), 'orders #1.py');
  assert.equal(nameOf('untitled:Untitled-1'), 'Untitled-1');
});

test('a file belongs to the innermost folder', () => {
  const folders = ['file:///code', 'file:///code/an%20API', 'file:///code/an'];
  assert.equal(folderOf('file:///code/an API/app/main.py', folders), 'file:///code/an%20API');
  assert.equal(folderOf('file:///code/other.py', folders), 'file:///code');
  assert.equal(folderOf('file:///elsewhere/a.py', folders), undefined);
  assert.equal(folderOf('file:///c%3A/Work/a.py', ['file:///C:/Work/']), 'file:///C:/Work/');
});
