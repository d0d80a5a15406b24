import { claimOf, type HintRule } from '../../decisions/explaining/hints/refused-request.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';

/** The start of the message that refuses a token without an account. */
export const UNKNOWN_CLIENT_PREFIX = 'Unknown client_id ';

const KEY_LENGTH = NGC_KEY_PREFIX.length + 64;

/** Forms of keys that no service with NGC keys accepts; the first match applies. */
const OTHER_KEYS: readonly (readonly [form: RegExp, whose: string])[] = [
  [/^sk-ant-/, 'a key of Anthropic'],
  [/^sk-or-/, 'a key of OpenRouter'],
  [/^sk-/, 'a key of OpenAI'],
  [/^hf_/, 'a key of Hugging Face'],
  [/^AIza/, 'a key of Google'],
  [/^gsk_/, 'a key of Groq'],
  // After Base64.
  [/^\w{20,40}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a legacy NGC key'],
];

/** Hints about NGC keys, for every service that accepts them. */
export const KEY_HINTS: readonly HintRule[] = [
  {
    code: 'runai_token_for_key',
    symptom: 'a Run:ai token at Air, Cloud Functions or NGC',
    source: 'API authentication page of Air, and the API of Cloud Functions: keys are sent as they are',
    certainty: 'documented',
    when: (refused) => {
      const isRunai = claimOf(refused, 'iss').includes('/auth/realms/');
      if (refused.problem.reason !== 'unsupported_token' || !isRunai) return null;
      return 'The bearer token is a Run:ai access token, but this service expects an NGC key. Send the key itself: `Authorization: Bearer nvapi-...`. `GET /_mock/cast` lists keys.';
    },
  },
  {
    code: 'key_of_other_vendor',
    symptom: 'a key of another vendor (`sk-`, `sk-ant-`, `hf_`, `AIza`, `gsk_`), or a legacy NGC key in Base64',
    source: 'the forms of keys in public reports',
    certainty: 'observed',
    // The length of another vendor's key is no mistake.
    isOnly: true,
    when: ({ problem, credential }) => {
      if (credential === null || (problem.reason !== 'unsupported_token' && problem.reason !== 'malformed_key'))
        return null;
      const texts = [credential.text, Buffer.from(credential.text.slice(0, 200), 'base64').toString('latin1')];
      const other = OTHER_KEYS.find(([form]) => texts.some((text) => form.test(text)));
      if (other === undefined) return null;
      return `The credential has the form of ${other[1]}. An NGC key is \`${NGC_KEY_PREFIX}\` and 64 characters: send one instead. \`GET /_mock/cast\` lists keys.`;
    },
  },
  {
    code: 'client_without_account',
    symptom: 'a token whose `sub` has no account',
    source: 'published control-plane code of Cloud Functions',
    certainty: 'documented',
    when: ({ problem }) =>
      problem.kind === 'not_found' && problem.message.startsWith(UNKNOWN_CLIENT_PREFIX)
        ? 'The client in the `sub` of the token belongs to no account. Add it to the `clientIds` of an `nvcf.accounts` entry in the seed. Without such entries, only `admin-issuer-proxy` has an account.'
        : null,
  },
  {
    code: 'key_of_wrong_length',
    symptom: 'a key that does not have 70 characters',
    source: 'keys of published clients',
    certainty: 'observed',
    when: ({ problem, credential }) => {
      if (problem.reason !== 'malformed_key' || credential === null) return null;
      const { length } = credential.text;
      if (length === KEY_LENGTH) return null;
      const advice =
        length < KEY_LENGTH ? 'It may have been truncated when it was copied' : 'Remove the text after the key';
      return `The key has ${length} characters, but an NGC key has ${KEY_LENGTH}, including \`${NGC_KEY_PREFIX}\`. ${advice}.`;
    },
  },
  {
    code: 'key_of_other_service',
    symptom: 'a key for another service',
    source: 'API authentication page of Air: the key has to include the service; assumed for other services',
    certainty: 'implied',
    when: ({ decision, serviceTitle }) => {
      if (decision?.reason !== 'service_not_enabled') return null;
      const title = serviceTitle?.replace(/^NVIDIA /, '') ?? decision.service;
      const key = decision.principal === null ? 'The key' : `The key \`${decision.principal.name}\``;
      const suggestion =
        decision.credential?.instead === undefined
          ? ', or create one with `POST /_mock/keys`'
          : `, such as \`${decision.credential.instead}\``;
      return `${key} is not for ${title}. Use a key for ${title}${suggestion}.`;
    },
  },
  {
    code: 'key_of_other_organization',
    symptom: 'a path or an object of another organisation',
    source: "organisations do not see each other's functions, simulations and keys",
    certainty: 'implied',
    when: ({ decision }) => {
      const { org, account } = decision?.principal ?? {};
      if (org === undefined) return null;
      if (decision?.reason === 'other_organization' && decision.principal?.kind === 'organization-user') {
        return `The token is used for organisation \`${org}\`, but the path has a different one. Use \`${org}\` in the path, or send the organisation of the path as \`Nv-Ngc-Org\` if the user is a member.`;
      }
      if (decision?.reason === 'other_organization') {
        return `The key belongs to organisation \`${org}\`, but the path has a different one. Use a key of that organisation, or \`${org}\` in the path.`;
      }
      // An object of a person has the owner `<account>/<person>`.
      const isOwnObject = account !== undefined && decision?.resources?.boundTo?.split('/', 1)[0] === account;
      if (decision?.reason !== 'foreign_object' || isOwnObject) return null;
      return `The key belongs to organisation \`${org}\`, but the object belongs to another. Use a key of the owner, or an object of \`${org}\`.`;
    },
  },
];
