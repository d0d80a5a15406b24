import { ask } from '../switchboard/client.ts';

/** How sure a row of the law is, as every table of the mock says. */
export type Certainty = 'documented' | 'observed' | 'inferred' | 'contradicted' | 'ours';

interface Sourced {
  readonly source: string;
  readonly certainty: Certainty;
}

export interface Rule extends Sourced {
  readonly id: string;
  readonly label: string;
  readonly needs: { readonly all?: readonly string[]; readonly any?: readonly string[] };
  /** The resource types that a key may be bound to for it. */
  readonly on?: readonly string[];
  readonly closed?: true;
}

/** What a service demands: `GET /_mock/tables/{service}`. */
export interface Law {
  readonly service: string;
  readonly profile: string | null;
  /** What the vendor calls a right: `scope` or `permission`. */
  readonly term: string;
  readonly rules: readonly Rule[];
  readonly operations: readonly (Sourced & { readonly id: string; readonly rule: string })[];
  readonly resourceTypes?: readonly (Sourced & { readonly id: string; readonly label: string })[];
}

const laws = new Map<string, Promise<Law>>();

/** The law of a service, which is the same for as long as the server runs. */
export function lawOf(service: string): Promise<Law> {
  const known = laws.get(service);
  if (known !== undefined) return known;
  const law = ask<Law>('GET', `/_mock/tables/${service}`);
  laws.set(service, law);
  law.catch(() => laws.delete(service));
  return law;
}
