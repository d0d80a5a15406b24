import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../core/problem.ts';

/** `100-S`: this many per second, minute, hour or day. */
const RATE = /^\d+-[SMHD]$/;

/** Checks what the published code requires beyond the document. */
export function checkContent(body: Schema<'nvcf', 'CreateFunctionRequest'>): void {
  const { containerImage, models, helmChart, helmChartServiceName, containerArgs, containerEnvironment } = body;
  if (helmChart === undefined) {
    if (containerImage === undefined && models === undefined) {
      throw new Problem('invalid_request', 'One of the fields `containerImage`, `models` or `helmChart` is needed.');
    }
    return;
  }
  if (helmChartServiceName === undefined) {
    throw new Problem('invalid_request', 'Field `helmChartServiceName` is missing; `helmChart` needs it.');
  }
  const excluded = Object.entries({ containerImage, containerArgs, containerEnvironment }).find(
    ([, value]) => value !== undefined,
  );
  if (excluded !== undefined) {
    throw new Problem('invalid_request', `Field \`${excluded[0]}\` must be left out if \`helmChart\` is given.`);
  }
}

/** Checks a comma-separated list of rates, in which each unit may occur once. */
export function checkRates(given: Schema<'nvcf', 'RateLimit'> = {}): void {
  const { rateLimit: all, perUserRate } = given;
  for (const [field, text] of Object.entries({ rateLimit: all, perUserRate })) {
    if (text === undefined) continue;
    const rates = text.split(',').map((rate) => rate.trim());
    const units = rates.map((rate) => rate.at(-1));
    if (rates.every((rate) => RATE.test(rate)) && new Set(units).size === units.length) continue;
    throw new Problem(
      'invalid_request',
      `Field \`rateLimit.${field}\` must be a list such as \`10-S,100-M\`: a number, and S, M, H or D, each at most once.`,
    );
  }
}
