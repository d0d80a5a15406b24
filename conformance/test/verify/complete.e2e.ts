import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { UserError } from '../../../src/lib/errors.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';

const TEXT = readFileSync(new URL('../../../dist/openapi/ngc.json', import.meta.url), 'utf8');

type JsonObject = Record<string, unknown>;

/** Members whose objects have names as keys, such as header names, instead of keywords. */
const NAME_MAPS = ['responses', 'properties', 'headers'];
/** Keywords that the comparison ignores: they do not change which requests and responses are valid. */
const IGNORED_KEYWORDS = 'description summary title example examples operationId tags deprecated bearerFormat'.split(
  ' ',
);

/** A member of an object in a document. */
interface Member {
  readonly node: JsonObject;
  readonly name: string;
  /** The names of the members that lead to the object. */
  readonly path: readonly string[];
}

/** Lists all members of an object and below, except those that the comparison ignores. */
function listMembers(node: JsonObject, path: readonly string[]): Member[] {
  return Object.keys(node).flatMap((name) => {
    const isKeyword = !NAME_MAPS.includes(path.at(-1) ?? '');
    if (isKeyword && (IGNORED_KEYWORDS.includes(name) || name.startsWith('x-'))) return [];
    const value = node[name];
    const isParent = typeof value === 'object' && value !== null && name !== 'enum' && name !== 'default';
    const member = { node, name, path };
    return isParent ? [member, ...listMembers(value as JsonObject, [...path, name])] : [member];
  });
}

/** Returns whether a document without this member has the same meaning. */
function isImplied({ node, name }: Member): boolean {
  if (name === 'required') return node[name] === false || node['in'] === 'path';
  if (name === 'type')
    return ['properties', 'required', 'items', 'enum', 'additionalProperties'].some((keyword) => keyword in node);
  return name === 'minItems' && node[name] === 0;
}

/**
 * Lists members of paths and components: of the members with the same name and the same two parents only the last one,
 * because the others are compared in the same way.
 */
function listDistinctMembers(document: {
  readonly paths: JsonObject;
  readonly components: Readonly<Record<string, JsonObject>>;
}): Member[] {
  const { schemas = {}, parameters = {} } = document.components;
  const all = [document.paths, schemas, parameters]
    .flatMap((part) => Object.keys(part).flatMap((name) => listMembers(part[name] as JsonObject, [name])))
    // The items of an array have no name.
    .filter(({ node }) => !Array.isArray(node));
  return [...new Map(all.map((member) => [[...member.path.slice(-2), member.name].join(' '), member])).values()];
}

/** Calls `compare` while a member has another value, or is deleted if the value is undefined. */
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
    // Deletes and adds all members, which restores their order.
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
  expect(undetected.map(({ name, path }) => [...path, name].join(' '))).toEqual([]);
});

it('an invalid value of any member is compared, or rejected with a UserError', async () => {
  const ours = parseOpenApi(JSON.parse(TEXT), 'ours');
  const theirs = JSON.parse(TEXT);
  const invalid: readonly unknown[] = [null, 7, 'x', [null], { toString: 1, $ref: 2 }, { $ref: '#/nowhere' }, false];
  const failures: unknown[] = [];
  for (const [index, member] of listDistinctMembers(theirs).entries()) {
    await withChange(member, invalid[index % invalid.length], async () => {
      try {
        await compareDocuments(parseOpenApi(theirs, 'theirs'), ours);
      } catch (thrown) {
        if (!(thrown instanceof UserError)) failures.push([...member.path, member.name, thrown]);
      }
    });
  }

  expect(failures).toEqual([]);
});
