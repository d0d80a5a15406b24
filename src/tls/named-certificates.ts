import type { KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock, Instant } from '../time/clock.ts';
import { type Issuer, keyText, LEAF_LIFETIME, newKey } from './certificates.ts';

/** How many certificates are kept; each takes about 30 kB. */
const MAX_CONTEXTS = 200;

/** The certificates of host names, made when a client first asks for a name. The least recently used are dropped. */
export class NamedCertificates {
  readonly #issuer: Issuer;
  readonly #clock: Clock;
  readonly #key: KeyObject = newKey();
  readonly #keyText = keyText(this.#key);
  readonly #contexts = new Map<string, { readonly context: SecureContext; readonly until: Instant }>();

  constructor(issuer: Issuer, clock: Clock) {
    this.#issuer = issuer;
    this.#clock = clock;
  }

  /** How many are kept. */
  get size(): number {
    return this.#contexts.size;
  }

  issue(names: readonly string[]) {
    return { cert: this.#issuer.issue(names, this.#key, this.#clock.now()), key: this.#keyText };
  }

  contextOf(name: string): SecureContext {
    const now = this.#clock.now();
    const kept = this.#contexts.get(name);
    this.#contexts.delete(name);
    // Half of its life is left, so that no client meets one that is about to end.
    const one =
      kept !== undefined && kept.until > now
        ? kept
        : { context: createSecureContext(this.issue([name])), until: now + LEAF_LIFETIME / 2 };
    this.#contexts.set(name, one);
    const [oldest] = this.#contexts.keys();
    if (this.#contexts.size > MAX_CONTEXTS && oldest !== undefined) this.#contexts.delete(oldest);
    return one.context;
  }
}
