import type { Schema } from '../../contract/documented.ts';
import { invalid } from './request-faults.ts';

type RateLimit = Schema<'nvcf', 'RateLimit'>;

/** Checks for a list of counts and units, such as `10-S, 5-M`, with each unit once. */
export function isRate(text: string, units: string): boolean {
  const parts = text.split(',').map((part, index) => (index === 0 ? part : part.trimStart()));
  const partUnits = parts.map((part) => (/^[1-9]\d{0,14}-[A-Z]$/.test(part) ? part.slice(-1) : ''));
  return partUnits.every((unit) => unit !== '' && units.includes(unit)) && new Set(partUnits).size === partUnits.length;
}

/** Checks requirements of the published code that are not in the schema. @throws Problem */
export function checkRateLimit({ rateLimit, perNcaIdRate, perUserRate, exemptedNcaIds = [] }: RateLimit): void {
  if (rateLimit === undefined && perNcaIdRate === undefined && perUserRate === undefined) {
    throw invalid(
      'Field `rateLimit` requires at least one of the fields `rateLimit`, `perNcaIdRate` and `perUserRate`.',
    );
  }
  if (exemptedNcaIds.length > 0 && rateLimit === undefined) {
    throw invalid('Field `rateLimit.exemptedNcaIds` requires the field `rateLimit.rateLimit`.');
  }
  for (const [account, rate] of Object.entries(perNcaIdRate ?? {})) {
    if (!isRate(rate, 'SMHD')) {
      throw invalid('Values of `rateLimit.perNcaIdRate` must be rates, such as `10-S,100-M`, with each unit once.');
    }
    if (exemptedNcaIds.includes(account)) {
      throw invalid(
        'An account may be in one of `rateLimit.perNcaIdRate` and `rateLimit.exemptedNcaIds`, not in both.',
      );
    }
  }
}
