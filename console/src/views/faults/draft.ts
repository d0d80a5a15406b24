import type { BrokenAt, FaultMatch, FaultOrder, SpoiledBody } from '../../control-api/client.ts';
import type { ListedOperation } from '../../state/operations.ts';
import { toSource } from '../../state/source.ts';

export const BROKEN_AT_LABELS: Readonly<Record<BrokenAt, string>> = {
  before: 'before the response',
  headers: 'in the headers',
  body: 'in the body',
};
export const SPOILED_BODIES: readonly SpoiledBody[] = ['empty', 'truncated', 'garbage', 'slow'];

/** The texts of the form's fields by the member of the order, and `which`: `tokens`, `operation` or `all`. */
export type Texts = Readonly<Record<string, string>>;

/** What happens, without the checkboxes. A preset replaces all of these. */
const EFFECTS = ['do.status', 'do.retryAfter', 'do.delay', 'do.drop', 'do.body', 'do.answer'];
export const ADVANCED = ['match.method', 'match.path', 'match.principal', 'match.probability', 'after', 'do.answer'];
export const FIELDS = ['match.service', 'match.operation', 'times', ...EFFECTS, ...ADVANCED];

export const PRESETS: readonly (readonly [label: string, texts: Texts])[] = [
  ['503', { 'do.status': '503' }],
  ['Slow, 2 s', { 'do.delay': '2s' }],
  ['Dropped connection', { 'do.drop': 'before' }],
  ['401 Unauthorized', { 'do.status': '401' }],
  ['429 with Retry-After', { 'do.status': '429', 'do.retryAfter': '3' }],
  ['Garbage body', { 'do.body': 'garbage' }],
];

export function applyPreset(texts: Texts, preset: Texts): Texts {
  return { ...texts, ...Object.fromEntries(EFFECTS.map((name) => [name, preset[name] ?? ''])) };
}

export function isPresetActive(texts: Texts, preset: Texts): boolean {
  return EFFECTS.every((name) => (texts[name] ?? '') === (preset[name] ?? ''));
}

/** Returns the initial texts. The address may name the requests; by default, the next token request gets a 503. */
export function readAddress(address: Texts, all: readonly ListedOperation[]): Texts {
  const { which, service = '', operation = '', method = '', path = '', principal = '' } = address;
  const found = all.find(({ id, service: owner }) => id === operation && (service === '' || service === owner));
  const namesRequests = [service, method, path, principal].some((text) => text !== '');
  return {
    which: operation === '' ? (which ?? (namesRequests ? 'all' : 'tokens')) : 'operation',
    'match.service': found?.service ?? service,
    'match.operation': operation,
    'match.method': method,
    'match.path': path,
    'match.principal': principal,
    times: '1',
    'do.status': '503',
    // Few documents list a 503. The note about the new fault says so.
    'do.offDocument': 'yes',
  };
}

/** Changes a text. Clears the status if the change rules it out. */
export function changeText(texts: Texts, name: string, text: string): Texts {
  const isCustom = name === 'do.answer' && text.trim() !== '';
  const isUnseen = name === 'do.drop' && (text === 'before' || text === 'headers');
  return { ...texts, [name]: text, ...((isCustom || isUnseen) && { 'do.status': '', 'do.retryAfter': '' }) };
}

/** Returns the order of the fault. @throws Error that names the field that is wrong */
export function toOrder(texts: Texts, all: readonly ListedOperation[]): FaultOrder {
  const read = (name: string) => texts[name]?.trim() || undefined;
  const readNumber = (name: string) => (read(name) === undefined ? undefined : Number(read(name)));
  const status = readNumber('do.status');
  const retryAfter = read('do.retryAfter');
  const answer = parseAnswer(read('do.answer'));
  const changesResponse = (status ?? answer) !== undefined;
  const order = {
    match: {
      ...selectOperations(texts, all),
      method: read('match.method'),
      path: read('match.path'),
      principal: read('match.principal'),
      probability: readNumber('match.probability'),
    },
    times: readNumber('times'),
    after: readNumber('after'),
    do: {
      status,
      retryAfter: /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : retryAfter,
      answer,
      delay: read('do.delay'),
      drop: read('do.drop'),
      body: read('do.body'),
      offDocument: (changesResponse && read('do.offDocument') !== undefined) || undefined,
      after: read('do.after') !== undefined || undefined,
    },
  };
  // JSON leaves out what is undefined. The control API checks the rest.
  return JSON.parse(JSON.stringify(order)) as FaultOrder;
}

function parseAnswer(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    throw new Error(`Field \`do.answer\` is not valid JSON: ${(error as Error).message}`);
  }
}

function selectOperations(texts: Texts, all: readonly ListedOperation[]): object {
  const { which, 'match.service': service = '', 'match.operation': operation = '' } = texts;
  if (which === 'tokens') return { operations: findTokenOperations(all).map(({ id }) => id) };
  if (which === 'all') return service === '' ? {} : { service };
  if (operation === '') throw new Error('Field `match.operation` is empty: choose an operation.');
  const isUnique = all.filter(({ id }) => id === operation).length === 1;
  return isUnique || service === '' ? { operation } : { service, operation };
}

/** Returns test code that adds the fault, with the shorter `next` if only an operation is chosen; null without an effect. */
export function toTestCode({ match = {}, times, after, for: duration, do: action }: FaultOrder): string | null {
  if (EFFECTS.every((name) => name === 'do.retryAfter' || !(name.slice('do.'.length) in action))) return null;
  const { operation, ...others } = match;
  if (operation !== undefined && Object.keys(others).length === 0 && times !== undefined && !after && !duration) {
    return `await mock.faults.next(${toSource(operation)}, ${toSource({ ...action, ...(times !== 1 && { times }) })});`;
  }
  const order = {
    ...(Object.keys(match).length > 0 && { match }),
    times,
    after: after || undefined,
    for: duration,
    do: action,
  };
  return `await mock.faults.add(${toSource(order)});`;
}

/** The operations that issue tokens, in all services and versions. */
const TOKEN_OPERATIONS: readonly string[] = [
  'grant_token',
  'grant_token_v2',
  'grant_realm_token',
  'app_token',
  'exchange_code',
  'refresh_token',
  'getToken',
  'createAdminToken',
  'createInvocationToken',
  'createVersionInvocationToken',
  'createMultiFunctionInvocationToken',
];

export function findTokenOperations(all: readonly ListedOperation[]): readonly ListedOperation[] {
  return TOKEN_OPERATIONS.flatMap((name) => all.find(({ id }) => id === name) ?? []);
}

/** Describes the operations of a fault; null if it matches requests otherwise. */
export function describeOperations(match: FaultMatch, all: readonly ListedOperation[]): string | null {
  const { service, operation, operations } = match;
  const candidates = service === undefined ? all : all.filter((candidate) => candidate.service === service);
  const titleOf = (name: string) => {
    const found = candidates.find(({ id }) => id === name);
    return found === undefined ? name : `${found.title} · ${found.route}`;
  };
  if (operations === undefined) return operation === undefined ? null : titleOf(operation);
  const names: readonly string[] = operations;
  const areTokenRequests = findTokenOperations(candidates).every(({ id }) => names.includes(id));
  return areTokenRequests ? 'token requests' : `one of ${names.map(titleOf).join(', ')}`;
}
