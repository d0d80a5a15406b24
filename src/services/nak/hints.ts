import type { HintRule } from '../../decisions/explaining/hints/refused-request.ts';
import { quote } from '../../decisions/explaining/index.ts';
import { AUDIENCES } from '../ngc-keys/audiences.ts';
import { EXPIRED_KEY_RETENTION_MS, LIMITS } from './limits.ts';

const PUBLISHED_CODE = { source: 'published code of the key service', certainty: 'documented' } as const;
const HOUR_MS = 60 * 60 * 1000;
const ISSUERS = quote(AUDIENCES.map(({ id }) => id));
const NAMESPACES = quote(AUDIENCES.map(({ namespace }) => namespace));
const RESUME_ADVICE = 'Resume the owner with `PUT /v1/admin/users/{userId}/status` and `{"status": "ACTIVE"}`.';

/** Common mistakes. `texts` has an explanation for the beginning of each text of the vendor. */
const MISTAKES: readonly (Pick<HintRule, 'code' | 'symptom'> & {
  readonly texts: Readonly<Record<string, string>>;
})[] = [
  {
    code: 'key_service_headers',
    symptom: '`Key-Owner-Id` or `Key-Issuer-Id` is missing, or the issuer is unknown',
    texts: {
      'Key-Owner-Id is not set':
        'The key service identifies callers only by headers. Send `Key-Owner-Id`, such as an e-mail address, and `Key-Issuer-Id`.',
      'Key-Issuer-Id is not set': `The key service identifies callers only by headers. Send \`Key-Issuer-Id\` with the id of a service: ${ISSUERS}.`,
      'Caller service not registered': `The header \`Key-Issuer-Id\` must be the id of a service: ${ISSUERS}.`,
    },
  },
  {
    code: 'issued_key_order',
    symptom: 'an invalid member in a new key or its authorizations',
    texts: {
      'description is invalid': 'Field `description` is required: 1 to 64 ASCII letters, digits, spaces, `_` and `-`.',
      'expires_at must be': `Field \`expires_at\` is required: an RFC 3339 time within the next ${LIMITS.maxLifetimeDays} days, by the world's clock (\`GET /_mock/clock\`).`,
      "audience_service_ids can't be":
        'Omit `audience_service_ids`: the key is then valid for the service that issues it.',
      "service '":
        'A service issues keys only for itself. Omit `audience_service_ids`, or send the other id as `Key-Issuer-Id`.',
      'authorizations can not be null':
        'Field `authorizations` is missing. Send an object with `policies`: a list of `{"aud", "product", "scopes", "resources"}`.',
      'authorizations size': `Field \`authorizations\` may have up to ${LIMITS.maxAuthorizationsLength} characters as JSON without spaces. Send fewer scopes or resources, or create two keys.`,
    },
  },
  {
    code: 'too_many_issued_keys',
    symptom: 'a ninth key of an owner at a service',
    texts: {
      'Actor reached maximum': `An owner may have up to ${LIMITS.maxKeys} keys of a service. Suspended keys count, and expired keys count for ${EXPIRED_KEY_RETENTION_MS / HOUR_MS} hours. List them with \`GET /v1/keys\`, and delete some with \`DELETE /v1/keys/{id}\`.`,
    },
  },
  {
    code: 'issued_key_status',
    symptom: 'an invalid status transition, or a change to an inactive key',
    texts: {
      'Key is not active':
        'Only the authorizations of an ACTIVE key can be changed. `GET /v1/keys/{id}` returns the `status`; replace an expired key with a new one.',
      'Invalid status transition':
        'An ACTIVE or EXPIRED key can only become SUSPENDED, and a SUSPENDED key can only become ACTIVE. Send that `status`.',
      'status is required': 'Send `{"status": "ACTIVE"}` or `{"status": "SUSPENDED"}`: the field `status` is missing.',
    },
  },
  {
    code: 'issued_key_written_often',
    symptom: "two updates of a key's authorizations within three seconds",
    texts: {
      'Slow down.': `The authorizations of a key can only be updated every ${LIMITS.minUpdateIntervalSeconds} seconds, and creating the key counts as an update. Wait, or advance the clock with \`POST /_mock/clock/advance\`.`,
    },
  },
  {
    code: 'issued_key_owner_suspended',
    symptom: 'a suspended key owner',
    texts: {
      'Key owner suspended.': `A suspended owner cannot manage keys. ${RESUME_ADVICE}`,
      'Key not found.': `The key is refused because its owner is suspended. ${RESUME_ADVICE}`,
    },
  },
  {
    code: 'issued_key_not_found',
    symptom: 'an unknown key, owner or service, or a key of another owner or issuer',
    texts: {
      'Key not found':
        'A key can only be accessed with its `Key-Owner-Id` and `Key-Issuer-Id`. Introspection does not find unknown, suspended or expired keys. `GET /v1/keys` lists the keys of an owner.',
      'Key owner not found':
        'No owner has this id. An owner is created with the first key: `POST /v1/keys` with the header `Key-Owner-Id`.',
      "Service '": 'No service has this id. `GET /v1/services` lists them.',
    },
  },
  {
    code: 'issued_key_text',
    symptom: 'an invalid key in a look-up or introspection',
    texts: {
      'api key empty': 'Send the `value` of a key as `key`.',
      'api key format invalid':
        'Field `key` must be the whole `value` of a key: `nvapi-` and 64 characters, 70 in total.',
      'Invalid key': 'The key looks like a real NVIDIA key. Send a key from this mock.',
    },
  },
  {
    code: 'issued_key_audience',
    symptom: 'an introspection for another service',
    texts: {
      'audience_service_id invalid':
        "Field `audience_service_id` must be one of the key's `audience_service_ids`: the id of the service that issued the key.",
    },
  },
  {
    code: 'issued_key_evaluation',
    symptom: 'an evaluation with an unknown rule or namespace, or without a key',
    texts: {
      'Rule name is not supported': 'The rule must end in `.allow`. The services use `apikey.allow`.',
      'Api key is not provided': 'Send the key within `input`: `{"input": {"apiKey": "nvapi-..."}}`.',
      "Namespace '": `The namespaces are ${NAMESPACES}.`,
    },
  },
];

/** Hints for refusals with the vendor's short texts. Other refusals need none. */
export const KEY_SERVICE_HINTS: readonly HintRule[] = MISTAKES.map(({ texts, ...mistake }) => ({
  ...mistake,
  ...PUBLISHED_CODE,
  when: ({ problem: { kind, message } }) => {
    // The message quotes a malformed body, which could contain one of the texts.
    if (kind === 'invalid_request') return null;
    // `Key not found` must match as a whole: with a full stop, it is about the owner.
    const matches = (beginning: string) =>
      message === beginning || (beginning !== 'Key not found' && message.startsWith(beginning));
    return Object.entries(texts).find(([beginning]) => matches(beginning))?.[1] ?? null;
  },
}));
