import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { UserError } from '../../../src/diagnostics/user-error.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';

const TEXT = readFileSync(new URL('../../../dist/openapi/ngc.json', import.meta.url), 'utf8');

type Node = Record<string, unknown>;

/** Names of groups, which have members that are not keywords. */
const GROUPS = ['responses', 'properties', 'headers'];
const DESCRIPTIONS = [
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

/** A member of a document with its place. */
interface Member {
  readonly node: Node;
  readonly name: string;
  readonly place: readonly string[];
}

/** Lists all members that are relevant for clients. */
function listMembers(node: Node, place: readonly string[]): Member[] {
  return Object.keys(node).flatMap((name) => {
    const isGroup = GROUPS.includes(place.at(-1) as string);
    if (!isGroup && (DESCRIPTIONS.includes(name) || name.startsWith('x-'))) return [];
    const value = node[name];
    const isParent = typeof value === 'object' && value !== null && name !== 'enum' && name !== 'default';
    // Descriptions among the members of an object are excluded above.
    return [{ node, name, place }, ...(isParent ? listMembers(value as Node, [...place, name]) : [])];
  });
}

/** Returns whether a document without this member has the same meaning. */
function isImplied({ node, name }: Member): boolean {
  if (name === 'required') return node[name] === false || node['in'] === 'path';
  if (name === 'type')
    return ['properties', 'required', 'items', 'enum', 'additionalProperties'].some((keyword) => keyword in node);
  return name === 'minItems' && node[name] === 0;
}

/** Lists members of paths and components, only one for each name and two parents, because the rest is compared alike. */
function listDistinctMembers(document: {
  readonly paths: Node;
  readonly components: Readonly<Record<string, Node>>;
}): Member[] {
  const { schemas = {}, parameters = {} } = document.components;
  const all = [document.paths, schemas, parameters]
    .flatMap((part) => Object.keys(part).flatMap((name) => listMembers(part[name] as Node, [name])))
    .filter(({ node }) => !Array.isArray(node));
  return [...new Map(all.map((member) => [[...member.place.slice(-2), member.name].join(' '), member])).values()];
}

/** Compares while a member is deleted or has another value. */
async function withChange<Result>(
  { node, name }: Member,
  value: unknown,
  compare: () => Promise<Result>,
): Promise<Result> {
  const before = { ...node };
  if (value === undefined) delete node[name];
  else node[name] = value;
  try {
    return await compare();
  } finally {
    // Restores the original order.
    for (const key of Object.keys(node)) delete node[key];
    Object.assign(node, before);
  }
}

it('the deletion of any single member is a difference, unless the member is implied', async () => {
  const ours = parseOpenApi(JSON.parse(TEXT), 'ours');
  const theirs = JSON.parse(TEXT);
  const members = listDistinctMembers(theirs);
  const hasDifferences = async () =>
    (await compareDocuments(parseOpenApi(theirs, 'theirs'), ours)).differences.length > 0;
  const undetected: Member[] = [];
  for (const member of members)
    if (!isImplied(member) && !(await withChange(member, undefined, hasDifferences))) undetected.push(member);

  expect(members.length).toBeGreaterThan(200);
  expect(undetected.map(({ name, place }) => [...place, name].join(' '))).toEqual([]);
});

it('an invalid value of any member is compared, or rejected with a UserError', async () => {
  const ours = parseOpenApi(JSON.parse(TEXT), 'ours');
  const theirs = JSON.parse(TEXT);
  const invalidValues: readonly unknown[] = [
    null,
    7,
    'x',
    [null],
    { toString: 1, $ref: 2 },
    { $ref: '#/nowhere' },
    false,
  ];
  const failures: unknown[] = [];
  for (const [index, member] of listDistinctMembers(theirs).entries()) {
    await withChange(member, invalidValues[index % invalidValues.length], async () => {
      try {
        await compareDocuments(parseOpenApi(theirs, 'theirs'), ours);
      } catch (thrown) {
        if (!(thrown instanceof UserError)) failures.push([...member.place, member.name, thrown]);
      }
    });
  }

  expect(failures).toEqual([]);
});
