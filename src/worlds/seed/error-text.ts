import type { SeedError } from '../../contract/seed.ts';
import { findValueError, type TypeNames, type Violation } from '../../decisions/explaining/index.ts';
import { findNear, listNames } from '../../lib/nearest.ts';

/** Names of types for authors of YAML, where unquoted numbers aren't texts. */
const TYPE_NAMES: TypeNames = {
  object: 'an object',
  array: 'a list',
  integer: 'a whole number',
  string: 'a text that is not empty (numbers in quotes)',
  boolean: 'true or false',
  'string,null': 'a text, or null',
  'integer,null': 'a whole number, or null',
  'boolean,null': 'true, false or null',
  'object,null': 'an object, or null',
  'array,null': 'a list, or null',
};

/** The advice for the key `remove` in a seed without `extends`. */
const REMOVE_ADVICE =
  'only a seed with `extends` can remove entries, and only from lists whose entries have identifying members';

/** The maximum difference in length between a typo and the right name. */
const MAX_TYPO_DIFFERENCE = 2;

const MIN_PART_LENGTH = 3;

/** A violation, and those inside it if it is a choice. */
export type Violations = readonly [Violation, ...Violation[]];

type ValueError = ReturnType<typeof findValueError>;

/** Formats an error as one sentence and suggests the likely name, or lists valid ones. */
export function formatSeedError({ message, given, valid = [] }: SeedError): string {
  if (given === undefined || valid.length === 0) return message;
  const near = findNear(given, valid);
  return `${message}; ${near === undefined ? `valid names are ${listNames(given, valid)}` : `did you mean \`${near}\`?`}`;
}

/** Describes the violations of one value. @param listParents as `findListParents` returns them */
export function createSeedError(violations: Violations, listParents: ReadonlyMap<string, string>): SeedError {
  const error = findValueError(violations, TYPE_NAMES);
  const { path, expected, given, valid = [] } = error;
  const place = formatPath(path);
  const parent = formatPath(path.slice(0, -1));
  switch (error.kind) {
    case 'missing':
      // The error is in the object that lacks the member.
      return { place: parent, message: `\`${place}\` is missing; it must be ${expected}` };
    case 'invalid': {
      const near = findNear(given ?? '', valid);
      const suggestion = near === undefined ? '' : `; did you mean \`${near}\`?`;
      return { place, message: `\`${place}\` must be ${expected}${suggestion}` };
    }
    case 'unknown': {
      const statement = `unknown key \`${given}\`${parent === '' ? '' : ` in \`${parent}\``}`;
      return { place, message: `${statement}${adviseUnknownKey(error, listParents)}` };
    }
  }
}

/** Returns the rest of the sentence about an unknown key: where it belongs, or which names are valid. */
function adviseUnknownKey(
  { path, expected, given, valid = [], nestedPaths = [] }: ValueError,
  listParents: ReadonlyMap<string, string>,
): string {
  if (given === 'remove') return `: ${REMOVE_ADVICE}`;
  const name = given ?? '';
  const near = findNear(name, valid) ?? valid.find((validName) => isPart(name, validName));
  // A likely typo of a name in the same object wins over an exact match in another object.
  const isTypo = near !== undefined && Math.abs(near.length - name.length) <= MAX_TYPO_DIFFERENCE;
  if (nestedPaths.length > 0 && !isTypo) {
    const places = nestedPaths.map((nestedPath) => {
      const validPath = [...path.slice(0, -1), ...nestedPath];
      return `\`${formatPath(validPath.slice(0, -1))}\`, as \`${validPath.at(-1)}\``;
    });
    return `; it belongs to ${places.join(' or to ')}`;
  }
  const listParent = listParents.get(name);
  if (listParent !== undefined && nestedPaths.length === 0) {
    const alternative = near === undefined ? '' : `; or did you mean \`${near}\`?`;
    return `; it belongs to \`${listParent}\`, as \`${given}\`${alternative}`;
  }
  return near === undefined ? `; valid names are ${expected}` : `; did you mean \`${near}\`?`;
}

/** Returns whether one name is part of the other, such as `secret` and `clientSecret`. */
function isPart(left: string, right: string): boolean {
  const [shorter = '', longer = ''] = [left.toLowerCase(), right.toLowerCase()].sort((a, b) => a.length - b.length);
  return shorter.length >= MIN_PART_LENGTH && longer.includes(shorter);
}

/** Formats a path in a seed: `ngc.keys[9].scopes`. */
export function formatPath(names: readonly string[]): string {
  return names.reduce(appendName, '');
}

/** Appends the name of a member, or the index of an entry, to a path. */
export function appendName(path: string, name: string): string {
  if (/^\d+$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
