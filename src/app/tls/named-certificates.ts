import type { KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock, Instant } from '../../lib/clock.ts';
import { exportKey, generateKey, type Issuer, LEAF_LIFETIME_MS } from './certificates.ts';

/** Maximum number of cached certificates; each takes about 30 kB. */
const MAX_CACHED_CONTEXTS = 200;

/** Creates certificates for host names on first use. Drops the least recently used ones. */
export class NamedCertificates {
  readonly #issuer: Issuer;
  readonly #clock: Clock;
  readonly #key: KeyObject = generateKey();
  readonly #keyText = exportKey(this.#key);
  readonly #contexts = new Map<string, { readonly context: SecureContext; readonly until: Instant }>();

  constructor(issuer: Issuer, clock: Clock) {
    this.#issuer = issuer;
    this.#clock = clock;
  }

  get size(): number {
    return this.#contexts.size;
  }

  issue(names: readonly string[]): { readonly cert: string; readonly key: string } {
    return { cert: this.#issuer.issue(names, this.#key, this.#clock.now()), key: this.#keyText };
  }

  /** Returns the TLS context for a name, with a certificate that is valid for at least half of its lifetime. */
  contextOf(name: string): SecureContext {
    const now = this.#clock.now();
    const cached = this.#contexts.get(name);
    this.#contexts.delete(name);
    // Half of the lifetime remains, so that no client gets a certificate that is about to expire.
    const entry =
      cached !== undefined && cached.until > now
        ? cached
        : { context: createSecureContext(this.issue([name])), until: now + LEAF_LIFETIME_MS / 2 };
    this.#contexts.set(name, entry);
    const [oldest] = this.#contexts.keys();
    if (this.#contexts.size > MAX_CACHED_CONTEXTS && oldest !== undefined) this.#contexts.delete(oldest);
    return entry.context;
  }
}
