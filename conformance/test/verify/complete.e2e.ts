import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { UserError } from '../../../src/diagnostics/user-error.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';

const TEXT = readFileSync(new URL('../../../dist/openapi/ngc.json', import.meta.url), 'utf8');

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

/** Members of paths and components: one of each name below the same two steps, because the others are compared alike. */
function everyMember(document: {
  readonly paths: Node;
  readonly components: Readonly<Record<string, Node>>;
}): Member[] {
  const { schemas = {}, parameters = {} } = document.components;
  const all = [document.paths, schemas, parameters]
    .flatMap((part) => Object.keys(part).flatMap((name) => membersOf(part[name] as Node, [name])))
    .filter(({ node }) => !Array.isArray(node));
  return [...new Map(all.map((one) => [[...one.place.slice(-2), one.name].join(' '), one])).values()];
}

/** What a comparison gives while a member is gone, or has another value. */
async function whileChanged<Result>(
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
    // In the earlier order.
    for (const one of Object.keys(node)) delete node[one];
    Object.assign(node, before);
  }
}

it('a document without any one of its members differs from the whole, unless that member says what is so without it', async () => {
  const ours = parseOpenApi(JSON.parse(TEXT), 'ours');
  const theirs = JSON.parse(TEXT);
  const members = everyMember(theirs);
  const isTold = async () => (await compareDocuments(parseOpenApi(theirs, 'theirs'), ours)).differences.length > 0;
  const missed: Member[] = [];
  for (const member of members)
    if (!isImplied(member) && !(await whileChanged(member, undefined, isTold))) missed.push(member);

  expect(members.length).toBeGreaterThan(200);
  expect(missed.map(({ name, place }) => [...place, name].join(' '))).toEqual([]);
});

it('a document with nonsense in any place is compared, or refused with one message', async () => {
  const ours = parseOpenApi(JSON.parse(TEXT), 'ours');
  const theirs = JSON.parse(TEXT);
  const nonsense: readonly unknown[] = [null, 7, 'x', [null], { toString: 1, $ref: 2 }, { $ref: '#/nowhere' }, false];
  const failures: unknown[] = [];
  for (const [index, member] of everyMember(theirs).entries()) {
    await whileChanged(member, nonsense[index % nonsense.length], async () => {
      try {
        await compareDocuments(parseOpenApi(theirs, 'theirs'), ours);
      } catch (thrown) {
        if (!(thrown instanceof UserError)) failures.push([...member.place, member.name, thrown]);
      }
    });
  }

  expect(failures).toEqual([]);
});
