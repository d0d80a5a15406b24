import { hash } from 'node:crypto';
import { type Budget, Held } from '../core/held.ts';
import { keyForm } from '../kits/ngc/ngc-key.ts';

/** The form of a key, wherever it stands. */
const KEYS = /nvapi-[A-Za-z0-9_-]{64}/g;
const BEGINNING = 'nvapi-';

const NONE: readonly string[] = [];

/**
 * Tells what to say of a text that holds keys which no mock minted, so possibly real ones: a sentence for each, in which
 * the key stands by the beginning of its hash. Keys that were seen to be a mock's are remembered, by the budget: nearly
 * every request carries the same one, and its checksum costs more than all the rest of looking.
 */
export function tripwireOf(budget: Budget): (text: string) => readonly string[] {
  const harmless = new Held<true>(budget, () => 0);
  const warningsOf = (key: string): readonly string[] => {
    if (harmless.find(key) === true) return NONE;
    if (keyForm(key) === 'foreign') return [warningOf(key)];
    harmless.keep(key, true);
    return NONE;
  };
  return (text) => (text.includes(BEGINNING) ? (text.match(KEYS) ?? []).flatMap(warningsOf) : NONE);
}

function warningOf(key: string): string {
  const short = hash('sha256', key, 'hex').slice(0, 8);
  return `a key that no mock minted was sent here (SHA-256 begins with ${short}); if it is a real one, do not send it to a mock, and consider replacing it`;
}
