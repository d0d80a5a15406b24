import type { HintRule, RefusedRequest } from '../../../../explaining/hints/refused-request.ts';
import { quote } from '../../../../explaining/index.ts';
import { own } from '../../../../objects/members.ts';

/** Field names at the token endpoints. */
const CAMEL_CASE_NAMES = [
  ...['grantType', 'clientId', 'clientSecret', 'appId', 'appSecret', 'username', 'password', 'refreshToken'],
  ...['code', 'redirectUri', 'externalToken'],
] as const;
const SNAKE_CASE_NAMES = [
  ...['grant_type', 'client_id', 'client_secret', 'username', 'password', 'refresh_token', 'code', 'redirect_uri'],
  ...['code_verifier', 'external_token', 'scope'],
] as const;

/** How an endpoint spells its fields. */
interface Spelling {
  readonly name: string;
  /** Field names by bare name. */
  readonly fields: ReadonlyMap<string, string>;
  /** Describes the endpoints with the other spelling. */
  readonly other: string;
}

const CAMEL_CASE: Spelling = {
  name: 'camel case',
  fields: indexByBareName(CAMEL_CASE_NAMES),
  other: 'The realm and, since 2.24, `/api/v2/token` read snake case, in a form',
};
const SNAKE_CASE: Spelling = {
  name: 'snake case',
  fields: indexByBareName(SNAKE_CASE_NAMES),
  other: '`/api/v1/token` reads camel case, in JSON',
};

const SPELLINGS: ReadonlyMap<string | null, Spelling> = new Map<string | null, Spelling>([
  ['grant_token', CAMEL_CASE],
  ['grant_token_v2', SNAKE_CASE],
  ['grant_realm_token', SNAKE_CASE],
]);

/** Longer than any field name. */
const MAX_NAME_LENGTH = 40;
/** Maximum number of fields in a hint. */
const MAX_LISTED = 6;

function indexByBareName(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [bareName(name), name]));
}

/** Strips case, hyphens and underscores, which are the differences between the spellings. */
function bareName(name: string): string {
  return name.replaceAll(/[_-]/g, '').toLowerCase();
}

/** Finds fields in the other endpoint's spelling, each with the correct name. */
function findMisspelt(
  { fields }: RefusedRequest,
  spelling: Spelling,
): readonly (readonly [sent: string, read: string])[] {
  // Camel case names are case-insensitive, and the document spells some with other capitals.
  const names = new Set(Object.keys(fields).map((name) => name.toLowerCase()));
  const isSent = (name: string) => names.has(name.toLowerCase());
  return Object.keys(fields).flatMap((sent) => {
    const read = sent.length > MAX_NAME_LENGTH ? undefined : spelling.fields.get(bareName(sent));
    const isRead = read === undefined || read === sent || (spelling === CAMEL_CASE && !/[_-]/.test(sent));
    return isRead || isSent(read) ? [] : [[sent, read] as const];
  });
}

/** Returns the value of a field of `/api/v1/token`. Field names are case-insensitive. */
function readField({ fields }: RefusedRequest, name: string): unknown {
  const sent = Object.keys(fields).find((key) => key.toLowerCase() === name.toLowerCase());
  return sent === undefined ? undefined : own(fields, sent);
}

function hasField(refused: RefusedRequest, name: string): boolean {
  const value = readField(refused, name);
  return typeof value === 'string' && value !== '';
}

/** Returns the client id of the request, at any endpoint. */
function readClientId(refused: RefusedRequest): string {
  const named = ['clientID', 'client_id', 'appID', 'id'].map((name) => readField(refused, name));
  const found = named.find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : (decodeBasic(refused).split(':', 1)[0] ?? '');
}

/** Returns `id:secret` from a Basic header; empty if there is none. */
function decodeBasic({ credential }: RefusedRequest): string {
  return credential?.scheme === 'basic' ? Buffer.from(credential.text, 'base64').toString('latin1') : '';
}

/** Finds body fields that were sent in the query. */
function findInQuery(refused: RefusedRequest, { fields }: Spelling): readonly string[] {
  return Object.keys(refused.query)
    .filter((name) => name.length <= MAX_NAME_LENGTH)
    .flatMap((name) => fields.get(bareName(name)) ?? [])
    .filter((name) => !hasField(refused, name));
}

/** Refusals of a client that unencoded characters can cause. */
const BASIC_REASONS: readonly string[] = ['malformed_basic', 'unknown_client', 'wrong_secret'];

/** Object ids are UUIDs; client ids are not. */
const UUID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const V1_SOURCE = { source: 'OpenAPI 2.18 to 2.24 and the reference of 3.0, `POST /api/v1/token`' } as const;

const SEND_CREDENTIALS = 'send `{"grantType": "client_credentials", "clientId": ..., "clientSecret": ...}`';

/** Hints for token requests with wrong fields. */
export const TOKEN_REQUEST_HINTS: readonly HintRule[] = [
  {
    code: 'credentials_in_query',
    symptom: '`/api/v1/token?clientId=...&clientSecret=...`',
    advice: 'send them in the body',
    source: 'RFC 6749, 2.3.1: these parameters must not be included in the request URI',
    certainty: 'documented',
    when: (refused) => {
      const spelling = SPELLINGS.get(refused.operation);
      const names = spelling === undefined ? [] : findInQuery(refused, spelling).slice(0, MAX_LISTED);
      if (spelling === undefined || names.length === 0) return null;
      const form = refused.bodyForm === 'json' ? 'as JSON' : 'as a form';
      return `This endpoint ignores the query string, and URLs end up in logs. Send ${quote(names)} in the body, ${form}.`;
    },
  },
  {
    code: 'field_spelling',
    symptom: '`grant_type` at `/api/v1/token`, or `grantType` at `/api/v2/token` and the realm',
    advice: 'camel case in JSON, snake case in forms',
    ...V1_SOURCE,
    certainty: 'documented',
    when: (refused) => {
      const spelling = SPELLINGS.get(refused.operation);
      const pairs = spelling === undefined ? [] : findMisspelt(refused, spelling).slice(0, MAX_LISTED);
      if (spelling === undefined || pairs.length === 0) return null;
      const corrections = pairs.map(([sent, read]) => `\`${read}\` in place of \`${sent}\``).join(', ');
      return `This endpoint reads fields in ${spelling.name}: send ${corrections}. ${spelling.other}.`;
    },
  },
  {
    code: 'client_id_before_2_24',
    symptom: '`client_credentials`, or `clientId` without `grantType: app_token`, at 2.19',
    advice: 'send `{"grantType": "app_token", "AppId": ..., "AppSecret": ...}`, or start the mock with `--runai 2.24`',
    source: 'API authentication guide 2.19: tokens are for applications',
    certainty: 'documented',
    when: (refused) => {
      const { operation, settings } = refused;
      if (operation !== 'grant_token' || settings.runai !== '2.19') return null;
      if (readField(refused, 'grantType') !== 'client_credentials' && !isClientOfAppToken(refused)) return null;
      return 'Run:ai 2.19 treats each client as an application: send `{"grantType": "app_token", "AppId": ..., "AppSecret": ...}`. This endpoint has `client_credentials` with `clientId` since 2.24: start the mock with `--runai 2.24` to use it. In 2.19, only the realm\'s token endpoint has it.';
    },
  },
  {
    code: 'app_id_since_2_24',
    symptom: 'since 2.24, `AppId` and `AppSecret` without `app_token`; `app_token` in 3.0',
    advice: 'send `{"grantType": "client_credentials", "clientId": ..., "clientSecret": ...}`',
    source: 'API authentication guide 2.24: access keys and service accounts; applications are deprecated',
    certainty: 'documented',
    when: (refused) => {
      const { operation, settings } = refused;
      if (operation !== 'grant_token' || settings.runai === '2.19') return null;
      const isApplication = readField(refused, 'grantType') === 'app_token';
      if (isApplication && settings.runai === '3.0') {
        return `3.0 removed the grant \`app_token\` and applications: ${SEND_CREDENTIALS} of an access key or a service account. Start the mock with \`--runai 2.24\` for clients that cannot change.`;
      }
      if (isApplication || !hasField(refused, 'appID') || hasField(refused, 'clientID')) return null;
      const limitation = settings.runai === '3.0' ? 'has no applications' : 'accepts `AppId` only with `app_token`';
      return `Since 2.24 a client is an access key or a service account: ${SEND_CREDENTIALS}. ${settings.runai} ${limitation}.`;
    },
  },
  {
    code: 'client_id_with_app_token',
    symptom: '`app_token` with `clientId` and `clientSecret`',
    advice: 'send `AppId` and `AppSecret`, or `client_credentials`',
    ...V1_SOURCE,
    certainty: 'documented',
    when: (refused) => {
      const { runai } = refused.settings;
      if (runai === '2.19' || runai === '3.0' || !isClientOfAppToken(refused)) return null;
      return 'The grant `app_token` reads `AppId` and `AppSecret`. For `clientId` and `clientSecret`, use the grant `client_credentials`.';
    },
  },
  {
    code: 'basic_at_v1',
    symptom: '`Authorization: Basic` at `/api/v1/token`',
    advice: 'send `clientId` and `clientSecret` in the body',
    ...V1_SOURCE,
    certainty: 'documented',
    when: (refused) => {
      const { operation, problem, credential, settings } = refused;
      if (operation !== 'grant_token' || problem.kind !== 'invalid_request' || credential?.scheme !== 'basic')
        return null;
      if (hasField(refused, 'clientID') || hasField(refused, 'appID')) return null;
      const [names, others] =
        settings.runai === '2.19'
          ? ['`AppId` and `AppSecret`', 'The realm accepts']
          : ['`clientId` and `clientSecret`', '`/api/v2/token` and the realm accept'];
      return `\`/api/v1/token\` does not read \`Authorization: Basic\`: send ${names} in the JSON body. ${others} Basic.`;
    },
  },
  {
    code: 'basic_not_encoded',
    symptom: '`+` or `%` in an id or secret sent with `Authorization: Basic`',
    advice: 'form-encode the id and the secret before joining them',
    source: 'RFC 6749, 2.3.1 and appendix B',
    certainty: 'documented',
    when: (refused) => {
      const { reason = '' } = refused.problem;
      const [, sign] = /([+%])/.exec(BASIC_REASONS.includes(reason) ? decodeBasic(refused) : '') ?? [];
      // A valid percent-encoding is probably intended.
      if (sign === undefined || (sign === '%' && reason !== 'malformed_basic')) return null;
      const effect = sign === '+' ? 'is read as a space' : 'is not followed by two hex digits';
      return `The header \`Authorization: Basic\` contains a \`${sign}\` that ${effect}. Form-encode the client id and the secret before joining them with \`:\` (RFC 6749, 2.3.1): \`+\` is sent as \`%2B\`, \`%\` as \`%25\`. Or send \`client_id\` and \`client_secret\` in the form.`;
    },
  },
  {
    code: 'client_id_misspelt',
    symptom: 'a typo in a client id',
    advice: 'send the client id from the hint',
    source: 'the client ids of this world',
    certainty: 'ours',
    when: ({ decision }) => {
      if (decision?.reason !== 'unknown_client' || decision.credential?.instead === undefined) return null;
      return `The client id is unknown. Did you mean \`${decision.credential.instead}\`?`;
    },
  },
  {
    code: 'key_id_for_client_id',
    symptom: 'the id (a UUID) of an access key in place of its client id',
    advice: 'send its `clientId`',
    source: 'OpenAPI 2.24, access keys: `id` and `clientId` are different members',
    certainty: 'documented',
    when: (refused) => {
      if (refused.problem.reason !== 'unknown_client' || !UUID_PATTERN.test(readClientId(refused))) return null;
      return 'The client id is a UUID, so it may be the `id` of an access key, application or service account. Send the `clientId` next to that `id`.';
    },
  },
];

function isClientOfAppToken(refused: RefusedRequest): boolean {
  const isApplication = readField(refused, 'grantType') === 'app_token';
  return isApplication && hasField(refused, 'clientID') && !hasField(refused, 'appID');
}
