import type { Schema } from '../../contract/documented.ts';
import { invalidRequest } from '../../decisions/problem.ts';

const RATE = /^[1-9]\d{0,14}-([A-Z])$/;

/** Returns whether a text lists counts and units, such as `10-S, 5-M`, with each unit once. @param units the valid units */
export function isRate(text: string, units: string): boolean {
  // A space is valid only after a comma.
  const parts = text.split(',').map((part, index) => (index === 0 ? part : part.trimStart()));
  const usedUnits = parts.map((part) => RATE.exec(part)?.[1]);
  const areValid = usedUnits.every((unit) => unit !== undefined && units.includes(unit));
  return areValid && new Set(usedUnits).size === usedUnits.length;
}

/** Checks a rate limit. @throws Problem if it violates a requirement of the published code that the schema lacks */
export function checkRateLimit({
  rateLimit,
  perNcaIdRate,
  perUserRate,
  exemptedNcaIds = [],
}: Schema<'nvcf', 'RateLimit'>): void {
  if (rateLimit === undefined && perNcaIdRate === undefined && perUserRate === undefined) {
    throw invalidRequest(
      'Field `rateLimit` requires at least one of the fields `rateLimit`, `perNcaIdRate` and `perUserRate`.',
    );
  }
  if (exemptedNcaIds.length > 0 && rateLimit === undefined) {
    throw invalidRequest('Field `rateLimit.exemptedNcaIds` requires the field `rateLimit.rateLimit`.');
  }
  for (const [account, rate] of Object.entries(perNcaIdRate ?? {})) {
    if (!isRate(rate, 'SMHD')) {
      throw invalidRequest(
        'Values of `rateLimit.perNcaIdRate` must be rates, such as `10-S,100-M`, with each unit once.',
      );
    }
    if (exemptedNcaIds.includes(account)) {
      throw invalidRequest(
        'An account may be in one of `rateLimit.perNcaIdRate` and `rateLimit.exemptedNcaIds`, not in both.',
      );
    }
  }
}
