import type { HintRule } from '../../hints/hint.ts';
import { claimOf } from '../../hints/refused-request.ts';
import { NGC_KEY_PREFIX } from './key-text.ts';

/** How long a key is: the prefix and 64 characters. */
const KEY_LENGTH = NGC_KEY_PREFIX.length + 64;

/** Mistakes with NGC keys, at every service that takes them. */
export const KEY_HINTS: readonly HintRule[] = [
  {
    code: 'runai_token_for_key',
    sign: 'an access token of Run:ai at Air, Cloud Functions or NGC',
    cure: 'send an NGC key (`nvapi-...`) as bearer: keys are not exchanged for tokens',
    source: 'API authentication page of Air, and the API of Cloud Functions: keys are sent as they are',
    certainty: 'documented',
    when: (refused) => {
      const isRunai = claimOf(refused, 'iss').includes('/auth/realms/');
      if (refused.problem.reason !== 'unsupported_token' || !isRunai) return null;
      return 'The bearer token is an access token of Run:ai, and this service takes NGC keys: send a key (`nvapi-...`) as it is, `Authorization: Bearer nvapi-...`. `GET /_mock/cast` has some.';
    },
  },
  {
    code: 'key_of_wrong_length',
    sign: 'a key with fewer or more than 70 characters',
    cure: 'copy all of it: `nvapi-` and 64 characters',
    source: 'keys of published clients',
    certainty: 'observed',
    when: ({ problem, credential }) => {
      if (problem.reason !== 'malformed_key' || credential === null) return null;
      const { length } = credential.text;
      if (length === KEY_LENGTH) return null;
      const how =
        length < KEY_LENGTH ? 'it may have been cut short where it was copied' : 'something was put behind it';
      return `The key has ${length} characters, and a key has ${KEY_LENGTH}, \`${NGC_KEY_PREFIX}\` included: ${how}.`;
    },
  },
  {
    code: 'key_of_other_service',
    sign: 'a key that was not made for the service, such as a key for Air at Cloud Functions',
    cure: 'use a key for that service, as the hint names one',
    source: 'API authentication page of Air: the key has to include the service; by analogy for the others',
    certainty: 'implied',
    when: ({ decision, serviceTitle }) => {
      if (decision?.reason !== 'service_not_enabled') return null;
      const title = serviceTitle?.replace(/^NVIDIA /, '') ?? decision.service;
      const key = decision.principal === null ? 'The key' : `The key \`${decision.principal.name}\``;
      const such =
        decision.instead === undefined ? ', or make one with `POST /_mock/keys`' : `, such as \`${decision.instead}\``;
      return `${key} was not made for ${title}: use a key for ${title}${such}.`;
    },
  },
  {
    code: 'key_of_other_organization',
    sign: 'a key of one organisation, and a path or an object of another',
    cure: 'use a key of that organisation, or the path and objects of the organisation of the key',
    source: "organisations do not see each other's functions, simulations and keys",
    certainty: 'implied',
    when: ({ decision }) => {
      const { org, account } = decision?.principal ?? {};
      if (org === undefined) return null;
      if (decision?.reason === 'other_organization') {
        return `The key is of the organisation \`${org}\`, and the path names another one: use a key of that one, or \`${org}\` in the path.`;
      }
      // What belongs to a person has them behind their account.
      const isOurs = account !== undefined && decision?.boundTo?.split('/', 1)[0] === account;
      if (decision?.reason !== 'foreign_object' || isOurs) return null;
      return `The key is of the organisation \`${org}\`, and the object belongs to another one: use a key of its owner, or an object of \`${org}\`.`;
    },
  },
];
