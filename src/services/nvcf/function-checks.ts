import type { Schema } from '../../contract/documented.ts';
import { Problem } from '../../core/problem.ts';

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
