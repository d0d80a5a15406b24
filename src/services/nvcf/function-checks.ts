import type { Schema } from '../../contract/documented.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { refuseIf } from '../ngc-keys/control-plane.ts';
import { parseIsoDuration } from './durations.ts';
import { checkModels, checkPriority } from './llm-checks.ts';
import { checkRateLimit } from './rates.ts';
import { FAULTS } from './tables/texts.ts';

type FunctionRequest = Schema<'nvcf', 'CreateFunctionRequest'>;

/** Checks what the schema lacks, in the order of the published code. */
export function checkFunctionRequest(body: FunctionRequest): void {
  checkContentSource(body);
  checkModels(body);
  const { health, telemetries, rateLimit, functionType, models = [], llmInvocationConfig } = body;
  refuseIf(health?.uri.trim() === '', FAULTS.noHealthUri);
  const telemetryIds = [telemetries?.logsTelemetryId, telemetries?.metricsTelemetryId, telemetries?.tracesTelemetryId];
  const hasTelemetry = telemetryIds.some((id) => id !== undefined);
  refuseIf(telemetries !== undefined && !hasTelemetry, FAULTS.noTelemetry);
  refuseIf(functionType === 'LLM' && models.length === 0, FAULTS.noLlmModels);
  checkPriority(llmInvocationConfig);
  // Sorted, because the order of members does not matter.
  const resources = body.resources?.map((resource) => JSON.stringify(Object.entries(resource).sort()));
  checkDistinct('Entries of `resources`', resources);
  checkDistinct(
    'Names in `secrets`',
    body.secrets?.map(({ name }) => name),
  );
  if (health !== undefined && health.timeout !== '' && parseIsoDuration(health.timeout) === null) {
    throw invalidRequest('Field `health.timeout` must be an ISO 8601 duration, such as `PT10S`.');
  }
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
  refuseIf(llmInvocationConfig !== undefined && functionType !== 'LLM', FAULTS.invocationOfOthers);
}

/** @throws Problem if a function has nothing to run, or a chart and members that exclude it */
function checkContentSource({ helmChart, helmChartServiceName = '', models = [], ...body }: FunctionRequest): void {
  const { containerImage, containerArgs, containerEnvironment } = body;
  refuseIf(containerImage === undefined && models.length === 0 && helmChart === undefined, FAULTS.noContent);
  if (helmChart !== undefined) {
    for (const [name, value] of Object.entries({ containerImage, containerArgs, containerEnvironment })) {
      refuseIf(value !== undefined, FAULTS.besideChart, { name });
    }
  }
  // A chart requires the name of its service, and the name requires a chart.
  const hasServiceName = helmChartServiceName.trim() !== '';
  refuseIf((helmChart !== undefined) !== hasServiceName, FAULTS.chartWithoutService);
}

/** The schemas do not check this, because `uniqueItems` takes quadratic time. @param subject ``Names in `models` `` */
export function checkDistinct(subject: string, texts: readonly string[] = []): void {
  if (new Set(texts).size < texts.length) throw invalidRequest(`${subject} must differ from each other.`);
}
