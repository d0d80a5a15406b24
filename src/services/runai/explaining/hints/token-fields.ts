import type { RefusedRequest } from '../../../../decisions/explaining/hints/refused-request.ts';
import { own } from '../../../../lib/members.ts';

export interface Spelling {
  readonly name: string;
  /** Field names by bare name. */
  readonly fields: ReadonlyMap<string, string>;
  /** Describes the endpoints with the other spelling. */
  readonly otherEndpoints: string;
}

const CAMEL_CASE: Spelling = {
  name: 'camel case',
  fields: indexByBareName([
    'grantType',
    'clientId',
    'clientSecret',
    'appId',
    'appSecret',
    'username',
    'password',
    'refreshToken',
    'code',
    'redirectUri',
    'externalToken',
  ]),
  otherEndpoints: 'The realm and, since 2.24, `/api/v2/token` read snake case, in a form',
};

const SNAKE_CASE: Spelling = {
  name: 'snake case',
  fields: indexByBareName([
    'grant_type',
    'client_id',
    'client_secret',
    'username',
    'password',
    'refresh_token',
    'code',
    'redirect_uri',
    'code_verifier',
    'external_token',
    'scope',
  ]),
  otherEndpoints: '`/api/v1/token` reads camel case, in JSON',
};

/** The spelling of each token endpoint, by operation. */
export const SPELLINGS: ReadonlyMap<string | null, Spelling> = new Map<string | null, Spelling>([
  ['grant_token', CAMEL_CASE],
  ['grant_token_v2', SNAKE_CASE],
  ['grant_realm_token', SNAKE_CASE],
]);

/** Longer than any field name, so longer names are not looked up. */
const MAX_NAME_LENGTH = 40;

function indexByBareName(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [bareNameOf(name), name]));
}

/** Removes case, hyphens and underscores, which are the differences between the spellings. */
function bareNameOf(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

/** Finds the fields in the spelling of another endpoint that are not also sent with their correct name. */
export function findMisspeltFields(
  { fields }: RefusedRequest,
  spelling: Spelling,
): readonly { readonly sentName: string; readonly correctName: string }[] {
  const sentNames = Object.keys(fields);
  // Camel case names are case-insensitive, and the document spells some with other capitals.
  const sentInLowerCase = new Set(sentNames.map((name) => name.toLowerCase()));
  return sentNames.flatMap((sentName) => {
    const correctName = sentName.length > MAX_NAME_LENGTH ? undefined : spelling.fields.get(bareNameOf(sentName));
    if (correctName === undefined || correctName === sentName) return [];
    const differsOnlyInCase = spelling === CAMEL_CASE && !/[_-]/.test(sentName);
    return differsOnlyInCase || sentInLowerCase.has(correctName.toLowerCase()) ? [] : [{ sentName, correctName }];
  });
}

/** Finds body fields that were sent in the query, and not also in the body. */
export function findFieldsInQuery(refused: RefusedRequest, { fields }: Spelling): readonly string[] {
  return Object.keys(refused.query)
    .filter((name) => name.length <= MAX_NAME_LENGTH)
    .flatMap((name) => fields.get(bareNameOf(name)) ?? [])
    .filter((name) => !hasField(refused, name));
}

/** Returns the value of a field. Field names are case-insensitive, as at `/api/v1/token`. */
export function readField({ fields }: RefusedRequest, name: string): unknown {
  const sentName = Object.keys(fields).find((key) => key.toLowerCase() === name.toLowerCase());
  return sentName === undefined ? undefined : own(fields, sentName);
}

export function hasField(refused: RefusedRequest, name: string): boolean {
  const value = readField(refused, name);
  return typeof value === 'string' && value !== '';
}

/** Returns the client id of a request to a token endpoint, from the body or a Basic header; empty if there is none. */
export function readClientId(refused: RefusedRequest): string {
  const values = ['clientID', 'client_id', 'appID', 'id'].map((name) => readField(refused, name));
  const clientId = values.find((value) => typeof value === 'string');
  return clientId ?? decodeBasic(refused).split(':', 1)[0] ?? '';
}

/** Returns `id:secret` from a Basic header; empty if there is none. */
export function decodeBasic({ credential }: RefusedRequest): string {
  return credential?.scheme === 'basic' ? Buffer.from(credential.text, 'base64').toString('latin1') : '';
}
