import type { HintRule } from '../../explaining/hints/refused-request.ts';
import { quote } from '../../explaining/index.ts';
import { AUDIENCES } from '../../ngc-keys/audiences.ts';
import { KEPT, LIMITS } from './limits.ts';

const CODE = { source: 'published code of the key service', certainty: 'documented' } as const;
const HOUR = 60 * 60 * 1000;
const ISSUERS = quote(AUDIENCES.map(({ id }) => id));
const NAMESPACES = quote(AUDIENCES.map(({ namespace }) => namespace));
const RESUME = 'Resume the owner with `PUT /v1/admin/users/{userId}/status` and `{"status": "ACTIVE"}`.';

/** A mistake, and what to say beside each of the vendor's texts about it, by the beginning of the text. */
interface Mistake extends Pick<HintRule, 'code' | 'symptom' | 'advice'> {
  readonly texts: Readonly<Record<string, string>>;
}

const MISTAKES: readonly Mistake[] = [
  {
    code: 'key_service_headers',
    symptom: 'no `Key-Owner-Id` or `Key-Issuer-Id` at the key service, or an issuer that it does not know',
    advice: 'send both headers, as `nvcf-cli` does; the issuer is the id of a service',
    texts: {
      'Key-Owner-Id is not set':
        'The key service knows its caller only by headers. Send `Key-Owner-Id`, such as an e-mail address, and `Key-Issuer-Id`.',
      'Key-Issuer-Id is not set': `The key service knows its caller only by headers. Send \`Key-Issuer-Id\` with the id of a service: ${ISSUERS}.`,
      'Caller service not registered': `The header \`Key-Issuer-Id\` must be the id of a service: ${ISSUERS}.`,
    },
  },
  {
    code: 'issued_key_order',
    symptom: 'a member of a new key, or of its authorizations, that the key service does not accept',
    advice: 'correct the member that the hint names',
    texts: {
      'description is invalid':
        'Field `description` is required: 1 to 64 letters, digits, spaces, `_` and `-`, all of them ASCII.',
      'expires_at must be': `Field \`expires_at\` is required: an RFC 3339 time in the next ${LIMITS.days} days on the clock of the world (\`GET /_mock/clock\`).`,
      "audience_service_ids can't be":
        'Leave `audience_service_ids` out: the key is then for the service that issues it.',
      "service '":
        'A service issues keys only for itself. Leave `audience_service_ids` out, or send the other id as `Key-Issuer-Id`.',
      'authorizations can not be null':
        'Field `authorizations` is missing. Send an object with `policies`: a list of `{"aud", "product", "scopes", "resources"}`.',
      'authorizations size': `Field \`authorizations\` may have at most ${LIMITS.characters} characters as JSON without spaces. Send fewer scopes or resources, or make two keys.`,
    },
  },
  {
    code: 'too_many_issued_keys',
    symptom: 'a ninth key of an owner at one service',
    advice: 'delete keys that are no longer needed',
    texts: {
      'Actor reached maximum': `An owner may have ${LIMITS.keys} keys of a service. Suspended keys count, and expired ones for ${KEPT / HOUR} hours. Delete some with \`DELETE /v1/keys/{id}\`; \`GET /v1/keys\` lists them.`,
    },
  },
  {
    code: 'issued_key_status',
    symptom: 'a status that cannot follow the present one, or a change of a key that is not ACTIVE',
    advice: 'ACTIVE and SUSPENDED follow each other; an expired key can only be suspended',
    texts: {
      'Key is not active':
        'Only the authorizations of an ACTIVE key can be changed. Its `status` is shown by `GET /v1/keys/{id}`; an expired key needs a successor.',
      'Invalid status transition':
        'A key that is ACTIVE or EXPIRED can only become SUSPENDED, and a SUSPENDED one only ACTIVE. Send one of them as `status`.',
      'status is required': 'Send `{"status": "ACTIVE"}` or `{"status": "SUSPENDED"}`: the field `status` is missing.',
    },
  },
  {
    code: 'issued_key_written_often',
    symptom: 'two writes of the authorizations of a key within three seconds',
    advice: 'wait, or advance the clock of the world',
    texts: {
      'Slow down.': `The authorizations of a key can be written every ${LIMITS.seconds} seconds, counted from its creation. Wait, or advance the clock with \`POST /_mock/clock/advance\`.`,
    },
  },
  {
    code: 'issued_key_owner_suspended',
    symptom: 'a suspended owner of keys',
    advice: 'resume the owner',
    texts: {
      'Key owner suspended.': `A suspended owner cannot manage keys. ${RESUME}`,
      'Key not found.': `The owner of the key is suspended, and so the key is not accepted. ${RESUME}`,
    },
  },
  {
    code: 'issued_key_not_found',
    symptom: 'an unknown key, owner or service at the key service, or a key of another owner or issuer',
    advice: 'send the owner and issuer that made the key',
    texts: {
      'Key not found':
        'A key is found only under its own `Key-Owner-Id` and `Key-Issuer-Id`, and introspection finds none that is unknown here, suspended or expired. `GET /v1/keys` lists the keys of an owner.',
      'Key owner not found':
        'No owner has this id. An owner exists from its first key on: `POST /v1/keys` with the header `Key-Owner-Id`.',
      "Service '": 'No service has this id. `GET /v1/services` lists them.',
    },
  },
  {
    code: 'issued_key_text',
    symptom: 'a text in place of a key, in a lookup or an introspection',
    advice: 'send the whole `value` of a key that the mock issued',
    texts: {
      'api key empty': 'Send the `value` of a key as `key`.',
      'api key format invalid':
        'The field `key` must be the whole `value` of a key: `nvapi-` and 64 characters, 70 in all.',
      'Invalid key': 'The key has the form of a real one, but was not made by this mock. Send a key of this mock.',
    },
  },
  {
    code: 'issued_key_audience',
    symptom: 'an introspection for a service that the key is not for',
    advice: 'send an audience of the key',
    texts: {
      'audience_service_id invalid':
        'Field `audience_service_id` must be one of the `audience_service_ids` of the key: the id of the service that issued it.',
    },
  },
  {
    code: 'issued_key_evaluation',
    symptom: 'an evaluation with another rule or namespace, or without a key',
    advice: 'call `POST /v1/namespaces/nvcf/evaluations/apikey.allow` with `{"input": {"apiKey": "nvapi-..."}}`',
    texts: {
      'Rule name is not supported': 'The rule must end in `.allow`. The services ask for `apikey.allow`.',
      'Api key is not provided': 'Send the key within `input`: `{"input": {"apiKey": "nvapi-..."}}`.',
      "Namespace '": `The namespaces are ${NAMESPACES}.`,
    },
  },
];

/** Hints for refusals whose text is the vendor's, and short. Others say themselves what was wrong. */
export const KEY_SERVICE_HINTS: readonly HintRule[] = MISTAKES.map(({ texts, ...mistake }) => ({
  ...mistake,
  ...CODE,
  when: ({ problem: { kind, message } }) => {
    // A body that cannot be read is quoted in the message.
    if (kind === 'invalid_request') return null;
    return Object.entries(texts).find(([beginning]) => isAbout(message, beginning))?.[1] ?? null;
  },
}));

/** `Key not found` is about a key, and with a full stop about its owner. */
function isAbout(message: string, beginning: string): boolean {
  return message === beginning || (beginning !== 'Key not found' && message.startsWith(beginning));
}
