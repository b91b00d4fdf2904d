// The endpoints as a tree: by folder where there are several, by resource, with their findings.

import type { Range } from 'vscode-languageclient';
import type { Endpoint, Finding } from './protocol';
import { folderOf, keyOf, nameOf } from './uris';

export interface Counts {
  errors: number;
  warnings: number;
  others: number;
}

export interface Leaf {
  kind: 'endpoint';
  id: string;
  endpoint: Endpoint;
  findings: Finding[];
  counts: Counts;
}

export interface Branch {
  kind: 'folder' | 'resource';
  id: string;
  name: string;
  children: Node[];
  counts: Counts;
}

export type Node = Leaf | Branch;

/** The tree of those endpoints that a filter lets through. `folders` are the URIs of the workspace's folders. */
export function tree(endpoints: Endpoint[], findings: Finding[], folders: readonly string[], filter: string): Node[] {
  const byFile = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding.uri);
    byFile.set(key, [...(byFile.get(key) ?? []), finding]);
  }
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Map<string, number>();
  const leaves = endpoints.map((endpoint): Leaf => {
    const own = about(endpoint, byFile);
    const label = `${endpoint.location.uri} ${endpoint.method} ${endpoint.path}`;
    const number = (seen.get(label) ?? 0) + 1;
    seen.set(label, number);
    return { kind: 'endpoint', id: `${label} ${number}`, endpoint, findings: own, counts: counted(own) };
  });
  const wanted = leaves.filter((leaf) => words.every((word) => says(leaf, word)));
  if (folders.length < 2) {
    return resources(wanted, '');
  }
  const byFolder = grouped(wanted, (leaf) => folderOf(leaf.endpoint.location.uri, folders) ?? '');
  return [...byFolder].map(([folder, inside]) => {
    const name = folder === '' ? 'elsewhere' : nameOf(folder);
    return branch('folder', folder, name, resources(inside, folder));
  });
}

/** All endpoints of a tree. */
export function leavesOf(nodes: Node[]): Leaf[] {
  return nodes.flatMap((node) => (node.kind === 'endpoint' ? [node] : leavesOf(node.children)));
}

/** `1 error, 2 warnings`; "" for nothing. */
export function inWords(counts: Counts): string {
  const words = (count: number, noun: string): string[] =>
    count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
  return [...words(counts.errors, 'error'), ...words(counts.warnings, 'warning'), ...words(counts.others, 'remark')].join(', ');
}

/** The path of an endpoint as it is shown below its resource: from the last part of that on. */
export function below(endpoint: Endpoint): string {
  const { path, resource } = endpoint;
  const known = endpoint.pathKnown ? '' : '…';
  return known + (path.startsWith(resource) ? path.slice(resource.lastIndexOf('/')) : path);
}

/** How many findings there are of each kind. */
export function counted(findings: Finding[]): Counts {
  const errors = findings.filter((one) => one.severity === 0).length;
  const warnings = findings.filter((one) => one.severity === 1).length;
  return { errors, warnings, others: findings.length - errors - warnings };
}

function resources(leaves: Leaf[], above: string): Branch[] {
  const by = grouped(leaves, (leaf) => leaf.endpoint.resource);
  return [...by]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, inside]) => {
      inside.sort((a, b) => order(a.endpoint, b.endpoint));
      return branch('resource', `${above} ${resource}`, resource, inside);
    });
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

function order(a: Endpoint, b: Endpoint): number {
  if (a.path !== b.path) {
    return a.path < b.path ? -1 : 1;
  }
  return METHODS.indexOf(a.method) - METHODS.indexOf(b.method);
}

function branch(kind: Branch['kind'], id: string, name: string, children: Node[]): Branch {
  const findings = new Set(leavesOf(children).flatMap((leaf) => leaf.findings));
  return { kind, id: `${kind} ${id}`, name, children, counts: counted([...findings]) };
}

function grouped(leaves: Leaf[], key: (leaf: Leaf) => string): Map<string, Leaf[]> {
  const groups = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const group = groups.get(key(leaf));
    if (group === undefined) {
      groups.set(key(leaf), [leaf]);
    } else {
      group.push(leaf);
    }
  }
  return groups;
}

function about(endpoint: Endpoint, byFile: Map<string, Finding[]>): Finding[] {
  const found = new Set<Finding>();
  for (const place of endpoint.within) {
    for (const finding of byFile.get(keyOf(place.uri)) ?? []) {
      if (begins(finding.range, place.range)) {
        found.add(finding);
      }
    }
  }
  return [...found].sort((a, b) => a.severity - b.severity);
}

function begins(range: Range, within: Range): boolean {
  const { line, character } = range.start;
  const after = line > within.start.line || (line === within.start.line && character >= within.start.character);
  const before = line < within.end.line || (line === within.end.line && character < within.end.character);
  return after && before;
}

function says(leaf: Leaf, word: string): boolean {
  const { endpoint } = leaf;
  switch (word) {
    case 'public':
      return endpoint.auth === 'none';
    case 'locked':
      return endpoint.auth === 'required';
    case 'findings':
      return leaf.findings.length > 0;
    case 'errors':
      return leaf.counts.errors > 0;
    case 'deprecated':
      return endpoint.deprecated;
    default:
      return [endpoint.method, endpoint.path, endpoint.handler, endpoint.summary, endpoint.framework]
        .some((text) => text.toLowerCase().includes(word));
  }
}
