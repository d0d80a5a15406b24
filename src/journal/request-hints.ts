import type { Hint } from '../decisions/explaining/hints/refused-request.ts';
import { redact } from '../lib/redact.ts';
import { hideInLine, type KnownSecrets } from './secrets.ts';

/** The codes of hints that steps and operations add. `docs/reference/why-was-i-refused.md` explains them. */
export const NOTED_CODES = [
  'answer_off_document',
  'foreign_credential',
  'ignored_field',
  'issuer_differs',
  'key_not_checked',
  'limited_key',
  'list_cut',
  'lost_world',
  'not_emulated',
  'other_version',
  'path_elsewhere',
  'path_of_older_api',
  'path_of_other_host',
  'undocumented_field',
  'undocumented_query',
  'useless_key',
] as const;

export type NotedCode = (typeof NOTED_CODES)[number];

/** Takes hints about a request while it is handled. */
export interface HintCollector {
  /** @param raw one or two sentences; credentials and secrets are hidden */
  add(code: NotedCode, raw: string): void;
}

/** The maximum number of hints for a request that succeeded. */
const MAX_HINTS = 5;
const MAX_REFUSAL_HINTS = 3;

/** The hints that come before those about likely mistakes: they alone explain a refusal. */
const FIRST_CODES: ReadonlySet<string> = new Set<NotedCode>([
  'foreign_credential',
  'not_emulated',
  'path_elsewhere',
  'path_of_older_api',
  'path_of_other_host',
]);

/** Shared, because most requests have none. */
const NO_HINTS: readonly Hint[] = [];

/** The hints about one request, for its journal entry, its response and the log. */
export class RequestHints implements HintCollector {
  list: readonly Hint[] = NO_HINTS;
  #max = MAX_HINTS;
  readonly #secrets: KnownSecrets;

  constructor(secrets: KnownSecrets) {
    this.#secrets = secrets;
  }

  add(code: NotedCode, raw: string): void {
    this.append([{ code, text: this.#hide(raw) }]);
  }

  /** Adds the likely mistakes behind a refusal, most likely first. With one, other advice would only distract. */
  addMistakes(found: readonly Hint[]): void {
    const isFirst = ({ code }: Hint) => FIRST_CODES.has(code);
    const mistakes = found.map(({ request, ...hint }) => ({
      ...hint,
      ...(request !== undefined && { request: { ...request, path: this.#hide(request.path) } }),
    }));
    const noted = this.list;
    this.list = NO_HINTS;
    this.#max = MAX_REFUSAL_HINTS;
    this.append([...noted.filter(isFirst), ...(mistakes.length > 0 ? mistakes : noted)]);
  }

  /** Adds hints without secrets, such as those about a token request that succeeded. */
  append(hints: readonly Hint[]): void {
    for (const hint of hints) {
      // A retried operation adds its hints again.
      const isKnown = this.list.some(({ code, text }) => code === hint.code && text === hint.text);
      if (!isKnown && this.list.length < this.#max) this.list = [...this.list, hint];
    }
  }

  #hide(text: string): string {
    return hideInLine(redact(text), this.#secrets);
  }
}

/** The maximum length of the header: Node's clients accept 16 kB for all headers together. */
const MAX_HEADER_LENGTH = 1024;

/** Returns the value of `x-mock-hint`: ASCII up to 1 kB, with other characters as JSON escapes. */
export function createHintHeader(text: string): string {
  let header = '';
  for (const character of text.split('')) {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    const escaped = /[\x20-\x7e]/.test(character) ? character : `\\u${code}`;
    if (header.length + escaped.length > MAX_HEADER_LENGTH) break;
    header += escaped;
  }
  return header;
}
