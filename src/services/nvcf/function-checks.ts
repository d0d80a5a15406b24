import type { Schema } from '../../contract/documented.ts';
import { refuseIf } from '../../ngc-keys/control-plane.ts';
import { parseIsoDuration } from './durations.ts';
import { checkModels, checkPriority } from './llm-checks.ts';
import { checkRateLimit } from './rates.ts';
import { checkDistinct, invalid } from './request-faults.ts';
import { FAULTS } from './tables/texts.ts';

type FunctionRequest = Schema<'nvcf', 'CreateFunctionRequest'>;

/** Checks requirements that only the published code has, in the same order. @throws Problem */
export function checkFunctionRequest(body: FunctionRequest): void {
  checkContentSource(body);
  checkModels(body);
  const { health, telemetries, rateLimit, functionType, models = [], llmInvocationConfig } = body;
  refuseIf(health?.uri.trim() === '', FAULTS.noHealthUri);
  const { logsTelemetryId: logs, metricsTelemetryId: metrics, tracesTelemetryId: traces } = telemetries ?? {};
  refuseIf(telemetries !== undefined && (logs ?? metrics ?? traces) === undefined, FAULTS.noTelemetry);
  refuseIf(functionType === 'LLM' && models.length === 0, FAULTS.noLlmModels);
  checkPriority(llmInvocationConfig);
  checkDistinct(
    'Entries of `resources`',
    body.resources?.map((resource) => JSON.stringify(Object.entries(resource).sort())),
  );
  checkDistinct(
    'Names in `secrets`',
    body.secrets?.map(({ name }) => name),
  );
  if (health !== undefined && health.timeout !== '' && parseIsoDuration(health.timeout) === null) {
    throw invalid('Field `health.timeout` must be an ISO 8601 duration, such as `PT10S`.');
  }
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
  refuseIf(llmInvocationConfig !== undefined && functionType !== 'LLM', FAULTS.invocationOfOthers);
}

/** @throws Problem if a function has no content, or mutually exclusive content */
function checkContentSource({ helmChart, helmChartServiceName = '', models = [], ...body }: FunctionRequest): void {
  const { containerImage, containerArgs, containerEnvironment } = body;
  refuseIf(containerImage === undefined && models.length === 0 && helmChart === undefined, FAULTS.noContent);
  if (helmChart !== undefined) {
    for (const [name, value] of Object.entries({ containerImage, containerArgs, containerEnvironment })) {
      refuseIf(value !== undefined, FAULTS.besideChart, { name });
    }
  }
  refuseIf((helmChart === undefined) !== (helmChartServiceName.trim() === ''), FAULTS.chartWithoutService);
}
