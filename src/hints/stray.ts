import type { HintRule } from './hint.ts';
import type { RefusedRequest } from './refused-request.ts';

/** What does not belong to a credential, and how it gets there; the first that fits is told. */
const STRAYS: readonly { readonly form: RegExp; readonly what: string; readonly how: string }[] = [
  {
    form: /^["'`\u2018-\u201f]|["'`\u2018-\u201f]$/,
    what: 'is in quotes, or has one at an end',
    how: 'a shell, an `.env` file or JSON inside of JSON leaves them',
  },
  {
    form: /^[\r\n]|[\r\n]$|(?:%0[ad]|\\[nr])$/i,
    what: 'ends with a line break, as it is or written out (`%0A`, `\\n`)',
    how: 'a file or `echo` adds it: use `printf`, `echo -n` or a `trim`',
  },
  {
    form: /^(?:\s|%20)|(?:\s|%20)$/i,
    what: 'has a space at its beginning or end',
    how: 'it was copied along: use a `trim`',
  },
  { form: /[\r\n]/, what: 'has a line break in it', how: '`base64` and terminals break long lines' },
  { form: /^<|>$|[,;]$/, what: 'has a sign of punctuation at an end', how: 'it was copied along' },
];

/** Fields that hold what identifies somebody. */
const FIELDS = [
  ...['clientSecret', 'appSecret', 'client_secret', 'secret', 'password', 'refreshToken', 'refresh_token', 'code'],
  ...['credentials', 'clientID', 'appID', 'client_id', 'id', 'username', 'externalToken', 'external_token'],
] as const;

/** Longer ones are no credential of ours, and searching them would be of no use. */
const MOST_LETTERS = 16 * 1024;

/** The parts of a request that identify somebody, with what they are called. */
function* partsOf({ credential, fields, problem }: RefusedRequest): Generator<readonly [what: string, text: string]> {
  if (credential !== null) {
    if (credential.scheme === 'bearer') yield ['The token of the header `Authorization`', credential.text];
    if (credential.scheme === 'basic') {
      const pair = Buffer.from(credential.text, 'base64').toString('latin1');
      yield ['What the base64 of `Authorization: Basic` stands for', pair];
    }
  }
  if (problem.kind === 'unauthenticated') return;
  for (const name of FIELDS) {
    const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof text === 'string') yield [`Field \`${name}\``, text];
  }
}

/** Kinds of refusals that are about who somebody is. */
const OF_CREDENTIALS: readonly string[] = ['unauthenticated', 'bad_client', 'bad_credentials'];

/** Characters around a credential that do not belong to it. */
export const STRAY_CHARACTERS: HintRule = {
  code: 'stray_characters',
  sign: 'a line break, a space, quotes or their codes (`%0A`, `\\n`) around a key, a secret or a token',
  cure: 'take them away: `printf` in place of `echo`, or a `trim` where the credential is read',
  source: 'seen again and again in clients',
  certainty: 'ours',
  when: (refused) => {
    if (!OF_CREDENTIALS.includes(refused.problem.kind)) return null;
    for (const [what, text] of partsOf(refused)) {
      if (text.length > MOST_LETTERS) continue;
      const stray = STRAYS.find(({ form }) => form.test(text));
      if (stray !== undefined) return `${what} ${stray.what}, which does not belong to it: ${stray.how}.`;
    }
    return null;
  },
};
