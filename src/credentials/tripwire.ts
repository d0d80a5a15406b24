import { hash } from 'node:crypto';
import { base64Length, encodedForms } from '../core/base64.ts';
import { type Budget, Held } from '../core/held.ts';

/** How a vendor's real credentials are told apart from a mock's. */
export interface Tripwire {
  /** The length of the shortest one, in characters. */
  readonly shortest: number;
  /** What they all begin with; texts without it are not searched. */
  readonly beginning: string;
  /** Their form, anywhere in a text; with the flag `g`, and linear in the text's length. */
  readonly form: RegExp;
  /** Was a text of this form minted by no mock, so that it may be real? */
  isForeign(credential: string): boolean;
}

/** What watches incoming texts. */
export interface Watch {
  /** Shorter texts cannot hold a credential, and need not be searched. */
  readonly shortest: number;
  /** Warnings about a text: a sentence for each credential in it that may be real. */
  readonly warn: Warn;
}

type Warn = (text: string) => readonly string[];

const NONE: readonly string[] = [];

/**
 * Warns about texts with credentials that no mock minted, in plain or in base64: one sentence for each, in which the
 * beginning of its hash stands for the credential. Credentials recognised as a mock's are remembered within the budget:
 * nearly every request carries the same one, and checking its checksum costs more than the whole rest of the search.
 */
export function tripwireOf(tripwires: readonly Tripwire[], budget: Budget): Watch {
  const all = tripwires.map((tripwire) => warningsBy(tripwire, budget));
  const [only = () => NONE] = all;
  const shortest = Math.min(...tripwires.map((tripwire) => tripwire.shortest));
  return { shortest, warn: all.length < 2 ? only : (text) => all.flatMap((warn) => warn(text)) };
}

function warningsBy({ beginning, form, shortest, isForeign }: Tripwire, budget: Budget): Warn {
  const harmless = new Held<true>(budget, () => 0);
  const encoded = encodedForms(beginning);
  const warningsOf = (credential: string): readonly string[] => {
    if (harmless.find(credential) === true) return NONE;
    if (isForeign(credential)) return [warningOf(credential)];
    harmless.keep(credential, true);
    return NONE;
  };
  const warningsIn = (text: string) => (text.includes(beginning) ? (text.match(form) ?? []).flatMap(warningsOf) : NONE);
  return (text) => {
    const warnings = [...warningsIn(text)];
    for (const one of encoded) {
      for (let at = text.indexOf(one.text); at >= 0; at = text.indexOf(one.text, at + 1)) {
        const begin = Math.max(at - one.before, 0);
        const decoded = Buffer.from(text.slice(begin, at + base64Length(shortest)), 'base64').toString('latin1');
        warnings.push(...warningsIn(decoded));
      }
    }
    return warnings;
  };
}

function warningOf(key: string): string {
  const short = hash('sha256', key, 'hex').slice(0, 8);
  return `a key that no mock minted was sent here (SHA-256 begins with ${short}); if it is a real one, do not send it to a mock, and consider replacing it`;
}
