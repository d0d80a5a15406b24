import { claimOf, type HintRule } from '../../../../decisions/explaining/hints/refused-request.ts';

/** The source of hints about the kind of bearer token. */
const GUIDE_SOURCE = {
  source: 'API authentication guides 2.19 to 2.24: the bearer token is an access token',
  certainty: 'documented',
} as const;

const GET_TOKEN = 'get one from `POST /api/v1/token`';

/** The format of the client secrets that this server generates. */
const SECRET_PATTERN = /^[A-Za-z0-9]{32}$/;

export const BEARER_HINTS: readonly HintRule[] = [
  {
    code: 'ngc_key_for_token',
    symptom: 'an NGC key at Run:ai',
    ...GUIDE_SOURCE,
    when: ({ problem }) =>
      problem.reason === 'ngc_key_as_token'
        ? `The bearer token is an NGC key, which is valid for Air, Cloud Functions and NGC. Run:ai accepts only its own access tokens: ${GET_TOKEN} with an access key or a service account.`
        : null,
  },
  {
    code: 'ngc_token_for_token',
    symptom: "an NGC user's token at Run:ai",
    ...GUIDE_SOURCE,
    when: (refused) =>
      refused.problem.kind === 'unauthenticated' && claimOf(refused, 'iss') === 'https://authn.nvidia.com'
        ? `The bearer token belongs to an NGC user and is valid for Air and NGC. Run:ai accepts only its own access tokens: ${GET_TOKEN} with an access key or a service account.`
        : null,
  },
  {
    code: 'refresh_token_for_token',
    symptom: 'a refresh token as bearer token',
    source: 'RFC 6749, 1.5: refresh tokens are only for the authorization server',
    certainty: 'documented',
    when: (refused) =>
      refused.problem.kind === 'unauthenticated' && claimOf(refused, 'typ') === 'Refresh'
        ? 'The bearer token is a refresh token. Send the access token of the same response; refresh tokens are only for the token endpoint.'
        : null,
  },
  {
    code: 'secret_for_token',
    symptom: 'a client secret as bearer token',
    ...GUIDE_SOURCE,
    when: ({ problem, credential }) =>
      problem.reason === 'malformed_token' && SECRET_PATTERN.test(credential?.text ?? '')
        ? `The bearer token has the form of a client secret. Exchange the client id and secret for an access token: ${GET_TOKEN}.`
        : null,
  },
  {
    code: 'id_token_for_token',
    symptom: 'an ID token as bearer token',
    source: 'OpenID Connect Core 1.0, 2: an ID token describes a login to the client',
    certainty: 'documented',
    when: (refused) =>
      refused.problem.reason === 'malformed_token' && claimOf(refused, 'typ') === 'ID'
        ? 'The bearer token is an ID token, which only identifies the user to the client. Send the access token of the same response (`accessToken`, `access_token`).'
        : null,
  },
];
