import { isRecord, memberOf } from '../core/own.ts';
import { fits } from '../core/path-template.ts';

/** In what two answers differ, as the document says it. */
export type DifferenceClass =
  | 'status'
  | 'redirect'
  | 'order of checks'
  | 'limit'
  | 'header'
  | 'missing field'
  | 'error body'
  | 'enum'
  | 'default'
  | 'propagation time'
  | 'value';

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: readonly string[];
  readonly responses: unknown;
}

/** The operations of the mock's document: which of them a request calls, and what its answers may be. */
export class Operations {
  readonly #document: unknown;
  readonly #all: readonly Operation[];

  /** @param document as served; anything else has no operations */
  constructor(document: unknown) {
    this.#document = document;
    this.#all = entriesOf(memberOf(document, 'paths'))
      // A path with fewer parameters is the more exact one.
      .sort(([one], [other]) => one.split('{').length - other.split('{').length)
      .flatMap(([path, item]) =>
        entriesOf(item).map(([method, operation]) => ({
          id: String(memberOf(operation, 'operationId')),
          method: method.toUpperCase(),
          path: path.split('/'),
          responses: memberOf(operation, 'responses'),
        })),
      );
  }

  /** Null for a request that no document names. */
  idOf(method: string, url: string): string | null {
    return this.#find(method, url)?.id ?? null;
  }

  /** @param place of the difference, as in `Difference` */
  classOf(
    { method, url, credential, body }: { readonly [member in 'method' | 'url' | 'credential' | 'body']: string },
    { place, real, mock }: { readonly [member in 'place' | 'real' | 'mock']: string },
    status: number,
  ): DifferenceClass {
    if (place === 'status') {
      if ([real, mock].some((one) => one.startsWith('3'))) return 'redirect';
      if (credential !== 'valid' || body === '{') return 'order of checks';
      return /[?&](?:limit|offset)=/.test(url) ? 'limit' : 'status';
    }
    if (place.startsWith('header ')) return place === 'header location' ? 'redirect' : 'header';
    if (status >= 400) return 'error body';
    if ([real, mock].includes('(missing)')) return 'missing field';
    const schema = this.#schemaAt(this.#find(method, url)?.responses, status, place);
    if (memberOf(schema, 'enum') !== undefined) return 'enum';
    if (memberOf(schema, 'default') !== undefined) return 'default';
    return ['maximum', 'maxItems', 'maxLength'].some((name) => memberOf(schema, name) !== undefined)
      ? 'limit'
      : 'value';
  }

  #find(method: string, url: string): Operation | undefined {
    const path = (url.split('?')[0] ?? '').split('/');
    return this.#all.find((one) => one.method === method && fits(one.path, path));
  }

  #schemaAt(responses: unknown, status: number, place: string): unknown {
    const answer = this.#follow(memberOf(responses, String(status)));
    const [content] = entriesOf(memberOf(answer, 'content'));
    const steps = place.split(/\.|(?=\[\])/).slice(1);
    return steps.reduce<unknown>(
      (schema, step) => {
        const inner = step === '[]' ? memberOf(schema, 'items') : memberOf(memberOf(schema, 'properties'), step);
        return this.#follow(inner);
      },
      this.#follow(memberOf(content?.[1], 'schema')),
    );
  }

  /** The part that a reference leads to, at the end of at most eight. */
  #follow(part: unknown, more = 8): unknown {
    const reference = memberOf(part, '$ref');
    if (typeof reference !== 'string' || more === 0) return part;
    const found = reference.split('/').slice(1).reduce(memberOf, this.#document);
    return this.#follow(found, more - 1);
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}
