import type { HintRule, RefusedRequest } from './refused-request.ts';

/** Stray characters around a credential, with their usual cause; the first match is reported. */
const STRAY_FORMS: readonly { readonly pattern: RegExp; readonly symptom: string; readonly advice: string }[] = [
  {
    pattern: /^["'`\u2018-\u201f]|["'`\u2018-\u201f]$/,
    symptom: 'has quotes at the start or end',
    advice: 'A shell, an `.env` file or JSON within JSON may leave them. Remove them',
  },
  {
    pattern: /^[\r\n]|[\r\n]$|(?:%0[ad]|\\[nr])$/i,
    symptom: 'has a line break at the start or end, or an escaped one (`%0A`, `\\n`)',
    advice: 'A file or `echo` may add it. Use `printf`, `echo -n` or a `trim`',
  },
  {
    pattern: /^(?:\s|%20)|(?:\s|%20)$/i,
    symptom: 'has a space at the start or end',
    advice: 'It may have been copied with the credential. Use a `trim`',
  },
  { pattern: /[\r\n]/, symptom: 'contains a line break', advice: '`base64` and terminals break long lines. Remove it' },
  {
    pattern: /^<|>$|[,;]$/,
    symptom: 'has punctuation at the start or end',
    advice: 'It may have been copied with the credential. Remove it',
  },
];

const CREDENTIAL_FIELDS = [
  'clientSecret',
  'appSecret',
  'client_secret',
  'secret',
  'password',
  'refreshToken',
  'refresh_token',
  'code',
  'credentials',
  'clientID',
  'appID',
  'client_id',
  'id',
  'username',
  'externalToken',
  'external_token',
] as const;

/** Longer texts cannot be a credential of the mock, and are not searched. */
const MAX_TEXT_LENGTH = 16 * 1024;

/** Yields the credentials and identities in a request, with their names. */
function* listCredentialTexts({
  credential,
  fields,
  problem,
}: RefusedRequest): Generator<readonly [label: string, text: string]> {
  if (credential !== null) {
    if (credential.scheme === 'bearer') yield ['The token in the `Authorization` header', credential.text];
    if (credential.scheme === 'basic') {
      const pair = Buffer.from(credential.text, 'base64').toString('latin1');
      yield ['The decoded value of `Authorization: Basic`', pair];
    }
  }
  if (problem.kind === 'unauthenticated') return;
  for (const name of CREDENTIAL_FIELDS) {
    const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof text === 'string') yield [`Field \`${name}\``, text];
  }
}

/** The kinds of problems that a stray character in a credential can cause. */
const CREDENTIAL_PROBLEMS: readonly string[] = ['unauthenticated', 'bad_client', 'bad_credentials'];

export const STRAY_CHARACTERS: HintRule = {
  code: 'stray_characters',
  symptom: 'a line break, a space, quotes or their codes (`%0A`, `\\n`) around a credential',
  source: 'a frequent mistake of clients',
  certainty: 'ours',
  when: (refused) => {
    if (!CREDENTIAL_PROBLEMS.includes(refused.problem.kind)) return null;
    for (const [label, text] of listCredentialTexts(refused)) {
      if (text.length > MAX_TEXT_LENGTH) continue;
      const stray = STRAY_FORMS.find(({ pattern }) => pattern.test(text));
      if (stray !== undefined) return `${label} ${stray.symptom}. ${stray.advice}.`;
    }
    return null;
  },
};
