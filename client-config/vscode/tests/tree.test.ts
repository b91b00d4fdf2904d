import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint, Finding } from '../src/protocol';
import { below, counted, inWords, leavesOf, tree } from '../src/tree';

const URI = 'file:///code/an%20API/orders.py';

function lines(start: number, end: number): Endpoint['location']['range'] {
  return { start: { line: start, character: 0 }, end: { line: end, character: 0 } };
}

function endpoint(method: string, path: string, first: number, more: Partial<Endpoint> = {}): Endpoint {
  return {
    kind: 'http', method, path, pathKnown: true, resource: `/${path.split('/')[1] ?? ''}`, auth: 'none', guards: [], statuses: [200],
    summary: '', framework: 'fastapi', deprecated: false, handler: `${method.toLowerCase()}_it`,
    location: { uri: URI, range: lines(first, first + 1) }, handlerLocation: null,
    within: [{ uri: URI, range: lines(first, first + 10) }], ...more,
  };
}

function finding(line: number, severity: number, uri = 'file:///code/an API/orders.py'): Finding {
  return { uri, severity, message: 'no', range: { start: { line, character: 4 }, end: { line: line + 30, character: 0 } } };
}

const ORDERS = [endpoint('POST', '/orders', 0), endpoint('GET', '/orders', 20, { auth: 'required' }), endpoint('GET', '/books/{id}', 40)];

test('resources in order, and in them paths and methods', () => {
  const nodes = tree(ORDERS, [], ['file:///code'], '');
  assert.deepEqual(nodes.map((node) => node.kind !== 'endpoint' && node.name), ['/books', '/orders']);
  assert.deepEqual(leavesOf(nodes).map(({ endpoint: one }) => one.method), ['GET', 'GET', 'POST']);
});

test('a finding belongs to the endpoint that it begins in, however its file is spelled', () => {
  const nodes = tree(ORDERS, [finding(5, 1), finding(9, 0), finding(10, 0), finding(45, 2), finding(5, 0, 'file:///other.py')], [], '');
  const counts = Object.fromEntries(leavesOf(nodes).map((leaf) => [`${leaf.endpoint.method} ${leaf.endpoint.path}`, inWords(leaf.counts)]));
  assert.deepEqual(counts, { 'GET /books/{id}': '1 remark', 'GET /orders': '', 'POST /orders': '1 error, 1 warning' });
  assert.deepEqual(nodes.map((node) => inWords(node.counts)), ['1 remark', '1 error, 1 warning']);
});

test('a finding that two endpoints share counts once above them', () => {
  const both = [endpoint('PUT', '/orders', 0), endpoint('PATCH', '/orders', 0)];
  assert.equal(inWords(tree(both, [finding(1, 1)], [], '')[0]?.counts ?? counted([])), '1 warning');
});

test('several folders stand above the resources', () => {
  const other = endpoint('GET', '/x', 0, { location: { uri: 'file:///elsewhere/x.py', range: lines(0, 1) } });
  const nodes = tree([...ORDERS, other], [], ['file:///code/an API', 'file:///code/empty'], '');
  assert.deepEqual(nodes.map((node) => node.kind !== 'endpoint' && node.name), ['an API', 'elsewhere']);
});

test('all words of a filter have to be there', () => {
  const shown = (filter: string): string[] => leavesOf(tree(ORDERS, [finding(1, 0)], [], filter)).map(({ endpoint: one }) => `${one.method} ${one.path}`);
  assert.deepEqual(shown('orders get'), ['GET /orders']);
  assert.deepEqual(shown('public'), ['GET /books/{id}', 'POST /orders']);
  assert.deepEqual(shown('locked'), ['GET /orders']);
  assert.deepEqual(shown('findings'), ['POST /orders']);
  assert.deepEqual(shown('ERRORS Post_It'), ['POST /orders']);
  assert.deepEqual(shown('nothing'), []);
});

test('the same method and path twice are two', () => {
  const leaves = leavesOf(tree([endpoint('GET', '/a', 0), endpoint('GET', '/a', 9)], [], [], ''));
  assert.equal(new Set(leaves.map((leaf) => leaf.id)).size, 2);
});

test('an endpoint with a name is shown whole', () => {
  assert.equal(below(endpoint('GRAPHQL', 'Query.users', 0, { kind: 'graphql', resource: 'GraphQL' })), 'Query.users');
});

test('below its resource, a path begins with the last part of that', () => {
  assert.equal(below(endpoint('GET', '/api/v1/orders/{id}', 0, { resource: '/api/v1/orders' })), '/orders/{id}');
  assert.equal(below(endpoint('GET', '/orders', 0, { resource: '/orders', pathKnown: false })), '…/orders');
  assert.equal(below(endpoint('GET', '/', 0, { resource: '/' })), '/');
});
