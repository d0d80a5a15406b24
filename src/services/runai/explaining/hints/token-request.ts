import type { HintRule, RefusedRequest } from '../../../../decisions/explaining/hints/refused-request.ts';
import { quote } from '../../../../decisions/explaining/index.ts';
import {
  decodeBasic,
  findFieldsInQuery,
  findMisspeltFields,
  hasField,
  readClientId,
  readField,
  SPELLINGS,
} from './token-fields.ts';

const MAX_LISTED_FIELDS = 6;

/** Reasons of refusals that unencoded characters in the credentials can cause. */
const BASIC_REASONS: readonly string[] = ['malformed_basic', 'unknown_client', 'wrong_secret'];

/** The format of object ids. Client ids have another format. */
const UUID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const V1_SOURCE = { source: 'OpenAPI 2.18 to 2.24 and the reference of 3.0, `POST /api/v1/token`' } as const;

const SEND_CREDENTIALS = 'send `{"grantType": "client_credentials", "clientId": ..., "clientSecret": ...}`';

export const TOKEN_REQUEST_HINTS: readonly HintRule[] = [
  {
    code: 'credentials_in_query',
    symptom: '`/api/v1/token?clientId=...&clientSecret=...`',
    source: 'RFC 6749, 2.3.1: these parameters must not be included in the request URI',
    certainty: 'documented',
    when: (refused) => {
      const spelling = SPELLINGS.get(refused.operation);
      if (spelling === undefined) return null;
      const names = findFieldsInQuery(refused, spelling).slice(0, MAX_LISTED_FIELDS);
      if (names.length === 0) return null;
      const form = refused.bodyForm === 'json' ? 'as JSON' : 'as a form';
      return `This endpoint ignores the query string, and URLs end up in logs. Send ${quote(names)} in the body, ${form}.`;
    },
  },
  {
    code: 'field_spelling',
    symptom: '`grant_type` in JSON, `grantType` in a form',
    ...V1_SOURCE,
    certainty: 'documented',
    when: (refused) => {
      const spelling = SPELLINGS.get(refused.operation);
      if (spelling === undefined) return null;
      const misspelt = findMisspeltFields(refused, spelling).slice(0, MAX_LISTED_FIELDS);
      if (misspelt.length === 0) return null;
      const corrections = misspelt
        .map(({ sentName, correctName }) => `\`${correctName}\` in place of \`${sentName}\``)
        .join(', ');
      return `This endpoint reads fields in ${spelling.name}: send ${corrections}. ${spelling.otherEndpoints}.`;
    },
  },
  {
    code: 'client_id_before_2_24',
    symptom: '`client_credentials`, or `clientId` without `grantType: app_token`, at 2.19',
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
    ...V1_SOURCE,
    certainty: 'documented',
    when: (refused) => {
      const { operation, problem, credential, settings } = refused;
      if (operation !== 'grant_token' || problem.kind !== 'invalid_request') return null;
      if (credential?.scheme !== 'basic') return null;
      if (hasField(refused, 'clientID') || hasField(refused, 'appID')) return null;
      const is219 = settings.runai === '2.19';
      const names = is219 ? '`AppId` and `AppSecret`' : '`clientId` and `clientSecret`';
      const alternative = is219 ? 'The realm accepts' : '`/api/v2/token` and the realm accept';
      return `\`/api/v1/token\` does not read \`Authorization: Basic\`: send ${names} in the JSON body. ${alternative} Basic.`;
    },
  },
  {
    code: 'basic_not_encoded',
    symptom: '`+` or `%` in an id or secret sent with `Authorization: Basic`',
    source: 'RFC 6749, 2.3.1 and appendix B',
    certainty: 'documented',
    when: (refused) => {
      const { reason = '' } = refused.problem;
      if (!BASIC_REASONS.includes(reason)) return null;
      const sign = /[+%]/.exec(decodeBasic(refused))?.[0];
      // A valid percent-encoding is probably intended.
      if (sign === undefined || (sign === '%' && reason !== 'malformed_basic')) return null;
      const effect = sign === '+' ? 'is read as a space' : 'is not followed by two hex digits';
      return `The header \`Authorization: Basic\` contains a \`${sign}\` that ${effect}. Form-encode the client id and the secret before joining them with \`:\` (RFC 6749, 2.3.1): \`+\` is sent as \`%2B\`, \`%\` as \`%25\`. Or send \`client_id\` and \`client_secret\` in the form.`;
    },
  },
  {
    code: 'client_id_misspelt',
    symptom: 'a typo in a client id',
    source: 'the client ids of this world',
    certainty: 'ours',
    when: ({ decision }) => {
      if (decision?.reason !== 'unknown_client' || decision.credential?.instead === undefined) return null;
      return `The client id is unknown. Did you mean \`${decision.credential.instead}\`?`;
    },
  },
  {
    code: 'key_id_for_client_id',
    symptom: 'the `id` of an access key instead of its `clientId`',
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
