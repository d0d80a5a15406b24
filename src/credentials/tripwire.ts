import { hash } from 'node:crypto';
import { keyForm } from './ngc-key.ts';

/** The form of a key, wherever it stands. */
const KEYS = /nvapi-[A-Za-z0-9_-]{64}/g;
const BEGINNING = 'nvapi-';

/**
 * What to say of a text that holds keys which no mock minted, so possibly real ones: a sentence for each, in which the key
 * stands by the beginning of its hash.
 */
export function foreignKeysIn(text: string): readonly string[] {
  if (!text.includes(BEGINNING)) return [];
  return (text.match(KEYS) ?? []).flatMap((key) => (keyForm(key) === 'foreign' ? [warningOf(key)] : []));
}

function warningOf(key: string): string {
  const short = hash('sha256', key, 'hex').slice(0, 8);
  return `a key that no mock minted was sent here (SHA-256 begins with ${short}); if it is a real one, do not send it to a mock, and consider replacing it`;
}
