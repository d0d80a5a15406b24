import { hash } from 'node:crypto';
import { type Budget, Held } from '../core/held.ts';

/** How real credentials of a vendor are told from those of a mock. */
export interface Tripwire {
  /** How many characters the shortest of them has. */
  readonly shortest: number;
  /** What they all begin with: a text without it is not searched. */
  readonly beginning: string;
  /** Their form wherever they stand; with the flag `g`, and linear in what it is looked for in. */
  readonly form: RegExp;
  /** Of a text of this form: was it minted by no mock, so that it may be a real one? */
  isForeign(credential: string): boolean;
}

/** What is looked at of what comes in. */
export interface Watch {
  /** Shorter texts hold none, and need not be looked at. */
  readonly shortest: number;
  /** What to say of a text: a sentence for each credential in it that may be a real one. */
  readonly warn: Warn;
}

type Warn = (text: string) => readonly string[];

const NONE: readonly string[] = [];

/**
 * Tells what to say of a text that holds credentials which no mock minted: a sentence for each, in which the credential
 * stands by the beginning of its hash. Those that were seen to be a mock's are remembered, by the budget: nearly every
 * request carries the same one, and its checksum costs more than all the rest of looking.
 */
export function tripwireOf(tripwires: readonly Tripwire[], budget: Budget): Watch {
  const all = tripwires.map((tripwire) => warningsBy(tripwire, budget));
  const [only = () => NONE] = all;
  const shortest = Math.min(...tripwires.map((tripwire) => tripwire.shortest));
  return { shortest, warn: all.length < 2 ? only : (text) => all.flatMap((warn) => warn(text)) };
}

function warningsBy({ beginning, form, isForeign }: Tripwire, budget: Budget): Warn {
  const harmless = new Held<true>(budget, () => 0);
  const warningsOf = (credential: string): readonly string[] => {
    if (harmless.find(credential) === true) return NONE;
    if (isForeign(credential)) return [warningOf(credential)];
    harmless.keep(credential, true);
    return NONE;
  };
  return (text) => (text.includes(beginning) ? (text.match(form) ?? []).flatMap(warningsOf) : NONE);
}

function warningOf(key: string): string {
  const short = hash('sha256', key, 'hex').slice(0, 8);
  return `a key that no mock minted was sent here (SHA-256 begins with ${short}); if it is a real one, do not send it to a mock, and consider replacing it`;
}
