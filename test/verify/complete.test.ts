import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { sourceOf } from '../../src/verify/source.ts';

const TEXT = readFileSync(new URL('../../dist/openapi/ngc.json', import.meta.url), 'utf8');

type Node = Record<string, unknown>;

/** Names of groups, whose members are not keywords. */
const GROUPS = ['responses', 'properties', 'headers'];
const WORDS = [
  'description',
  'summary',
  'title',
  'example',
  'examples',
  'operationId',
  'tags',
  'deprecated',
  'bearerFormat',
];

/** A member of a document, and its place. */
interface Member {
  readonly node: Node;
  readonly name: string;
  readonly place: readonly string[];
}

/** All members that say something to a client. */
function membersOf(node: Node, place: readonly string[]): Member[] {
  return Object.keys(node).flatMap((name) => {
    const isGroup = GROUPS.includes(place.at(-1) as string);
    if (!isGroup && (WORDS.includes(name) || name.startsWith('x-'))) return [];
    const value = node[name];
    const below = typeof value === 'object' && value !== null && name !== 'enum' && name !== 'default';
    // Members of an object are checked just above.
    return [{ node, name, place }, ...(below ? membersOf(value as Node, [...place, name]) : [])];
  });
}

/** What a document says even without this member. */
function isImplied({ node, name }: Member): boolean {
  if (name === 'required') return node[name] === false || node['in'] === 'path';
  if (name === 'type')
    return ['properties', 'required', 'items', 'enum', 'additionalProperties'].some((one) => one in node);
  return name === 'minItems' && node[name] === 0;
}

it('a document without any one of its members differs from the whole, unless that member says what is so without it', () => {
  const ours = sourceOf(JSON.parse(TEXT), 'ours');
  const theirs = JSON.parse(TEXT);
  const { schemas, parameters } = theirs.components;
  const members = [theirs.paths, schemas, parameters]
    .flatMap((part) => Object.keys(part).flatMap((name) => membersOf(part[name], [name])))
    .filter(({ node }) => !Array.isArray(node));
  const missed = members.filter((member) => {
    const { node, name } = member;
    const before = { ...node };
    delete node[name];
    const isTold = compareDocuments(sourceOf(theirs, 'theirs'), ours).differences.length > 0;
    // In the earlier order.
    for (const one of Object.keys(node)) delete node[one];
    Object.assign(node, before);
    return !isTold && !isImplied(member);
  });

  expect(members.length).toBeGreaterThan(300);
  expect(missed.map(({ name, place }) => [...place, name].join(' '))).toEqual([]);
});
