import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { base64LengthOf, listEncodedForms } from '../lib/redact.ts';

/** Distinguishes a vendor's real credentials from those of a mock. */
export interface Tripwire {
  /** The length of the shortest credential, in characters. */
  readonly shortest: number;
  /** The common prefix of all credentials. Texts without it are not searched. */
  readonly prefix: string;
  /** Matches credentials anywhere in a text. Needs the `g` flag, and must take linear time. */
  readonly pattern: RegExp;
  /** Returns whether the credential may be real, because no mock issued it. */
  isForeign(credential: string): boolean;
}

/** Searches incoming texts for real credentials. */
export interface CredentialWatch {
  /** Shorter texts cannot contain a credential and are not searched. */
  readonly shortest: number;
  readonly warn: Warn;
}

type Warn = (text: string) => readonly string[];

const NONE: readonly string[] = [];

/** Maximum number of cached mock credentials, per format. */
const MAX_CACHED = 1000;

/**
 * Warns about credentials that no mock issued, in plain text or base64. The message contains only the start of the
 * hash. The latest mock credentials are cached: nearly all requests repeat one, and its checksum costs more than the
 * rest of the search.
 */
export function createTripwire(tripwires: readonly Tripwire[]): CredentialWatch {
  const all = tripwires.map(createWarn);
  const [firstWarn = () => NONE] = all;
  const shortest = Math.min(...tripwires.map((tripwire) => tripwire.shortest));
  return { shortest, warn: all.length < 2 ? firstWarn : (text) => all.flatMap((warn) => warn(text)) };
}

function createWarn({ prefix, pattern, shortest, isForeign }: Tripwire): Warn {
  const mockCredentials = new LRUCache<string, true>({ max: MAX_CACHED });
  const encoded = listEncodedForms(prefix);
  const checkCredential = (credential: string): readonly string[] => {
    if (mockCredentials.get(credential) === true) return NONE;
    if (isForeign(credential)) return [createWarning(credential)];
    mockCredentials.set(credential, true);
    return NONE;
  };
  const searchText = (text: string) =>
    text.includes(prefix) ? (text.match(pattern) ?? []).flatMap(checkCredential) : NONE;
  return (text) => {
    const warnings = [...searchText(text)];
    for (const form of encoded) {
      for (let at = text.indexOf(form.text); at >= 0; at = text.indexOf(form.text, at + 1)) {
        const start = Math.max(at - form.precedingLength, 0);
        const decoded = Buffer.from(text.slice(start, at + base64LengthOf(shortest)), 'base64').toString('latin1');
        for (const warning of searchText(decoded)) warnings.push(warning);
      }
    }
    return warnings;
  };
}

function createWarning(key: string): string {
  const short = hash('sha256', key, 'hex').slice(0, 8);
  return `the request contains a key that no mock issued (SHA-256 starts with ${short}); if it is real, do not send it to a mock, and consider replacing it`;
}
