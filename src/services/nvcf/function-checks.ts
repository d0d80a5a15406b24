import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../core/problem.ts';

/** Such as `100-S`: a number per second, minute, hour or day. */
const RATE = /^\d+-[SMHD]$/;

/** Checks the requirements of the published code that the API document lacks. */
export function checkContent(body: Schema<'nvcf', 'CreateFunctionRequest'>): void {
  const { containerImage, models, helmChart, helmChartServiceName, containerArgs, containerEnvironment } = body;
  if (helmChart === undefined) {
    if (containerImage === undefined && models === undefined) {
      throw new Problem(
        'invalid_request',
        'Give at least one of the fields `containerImage`, `models` and `helmChart`.',
      );
    }
    return;
  }
  if (helmChartServiceName === undefined) {
    throw new Problem('invalid_request', 'Field `helmChartServiceName` is missing; `helmChart` requires it.');
  }
  const excluded = Object.entries({ containerImage, containerArgs, containerEnvironment }).find(
    ([, value]) => value !== undefined,
  );
  if (excluded !== undefined) {
    throw new Problem('invalid_request', `Field \`${excluded[0]}\` is not allowed together with \`helmChart\`.`);
  }
}

/** Checks a comma-separated list of rates; each unit may occur once. */
export function checkRates(given: Schema<'nvcf', 'RateLimit'> = {}): void {
  const { rateLimit: all, perUserRate } = given;
  for (const [field, text] of Object.entries({ rateLimit: all, perUserRate })) {
    if (text === undefined) continue;
    const rates = text.split(',').map((rate) => rate.trim());
    const units = rates.map((rate) => rate.at(-1));
    if (rates.every((rate) => RATE.test(rate)) && new Set(units).size === units.length) continue;
    throw new Problem(
      'invalid_request',
      `Field \`rateLimit.${field}\` must be a list such as \`10-S,100-M\`; the units are S, M, H and D, each at most once.`,
    );
  }
}
