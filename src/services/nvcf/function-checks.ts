import type { Schema } from '../../contract/documented.ts';
import { isoDuration } from './durations.ts';
import { checkModels, checkPriority } from './llm-checks.ts';
import { checkRateLimit } from './rates.ts';
import { checkDistinct, invalid } from './request-faults.ts';

type Requested = Schema<'nvcf', 'CreateFunctionRequest'>;

/** Checks the requirements of the published code that the API document lacks. @throws Problem */
export function checkContent(body: Requested): void {
  checkParts(body);
  checkModels(body);
  checkPriority(body.llmInvocationConfig);
  checkDistinct(
    'Entries of `resources`',
    body.resources?.map((one) => JSON.stringify(Object.entries(one).sort())),
  );
  checkDistinct(
    'Names in `secrets`',
    body.secrets?.map(({ name }) => name),
  );
  const { health, telemetries, rateLimit } = body;
  if (health !== undefined && health.timeout !== '' && isoDuration(health.timeout) === null) {
    throw invalid('Field `health.timeout` must be an ISO 8601 duration, such as `PT10S`.');
  }
  if (telemetries !== undefined && Object.values(telemetries).every((id) => id === undefined)) {
    throw invalid(
      'Field `telemetries` requires at least one of the fields `logsTelemetryId`, `metricsTelemetryId` and `tracesTelemetryId`.',
    );
  }
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
}

/** @throws Problem if a function would have no content, or content that excludes other content */
function checkParts({ helmChart, helmChartServiceName = '', models = [], ...body }: Requested): void {
  const { containerImage, containerArgs, containerEnvironment } = body;
  if (helmChart === undefined) {
    if (containerImage === undefined && models.length === 0) {
      throw invalid('Give at least one of the fields `containerImage`, `models` and `helmChart`.');
    }
    if (helmChartServiceName.trim() === '') return;
    throw invalid('Field `helmChart` is missing; `helmChartServiceName` requires it.');
  }
  if (helmChartServiceName.trim() === '') {
    throw invalid('Field `helmChartServiceName` is missing; `helmChart` requires it.');
  }
  const excluded = Object.entries({ containerImage, containerArgs, containerEnvironment }).find(
    ([, value]) => value !== undefined,
  );
  if (excluded !== undefined) throw invalid(`Field \`${excluded[0]}\` is not allowed together with \`helmChart\`.`);
}
