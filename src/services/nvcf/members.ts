import { own } from '../../core/own.ts';
/** The members of an object that have these names; the vendor ignores what it does not know. */
export function picked(value: unknown, names: readonly string[]): Record<string, unknown> {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.filter((name) => own(given, name) !== undefined).map((name) => [name, given[name]]));
}

/** The same for each object of a list; undefined where there is none. */
function pickedList(value: unknown, names: readonly string[]): unknown {
  return Array.isArray(value) ? value.map((one) => picked(one, names)) : undefined;
}

/** Members of a request that are kept as they were sent. */
const PLAIN = [
  'inferenceUrl',
  'inferencePort',
  'containerArgs',
  'containerImage',
  'apiBodyFormat',
  'helmChart',
  'helmChartServiceName',
  'healthUri',
  'tags',
  'description',
  'functionType',
  'llmInvocationConfig',
] as const;

export const RATE_LIMIT = ['rateLimit', 'exemptedNcaIds', 'perNcaIdRate', 'syncCheck', 'perUserRate'] as const;
const ARTIFACT = ['name', 'version', 'uri'] as const;

/** What a function is, out of the request that made it. */
export function definitionOf(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const nested = {
    containerEnvironment: pickedList(body['containerEnvironment'], ['key', 'value']),
    models: pickedList(body['models'], [...ARTIFACT, 'llmConfig']),
    resources: pickedList(body['resources'], ARTIFACT),
    health: body['health'] && picked(body['health'], ['protocol', 'uri', 'port', 'timeout', 'expectedStatusCode']),
    rateLimit: body['rateLimit'] && picked(body['rateLimit'], RATE_LIMIT),
    telemetries:
      body['telemetries'] &&
      picked(body['telemetries'], ['logsTelemetryId', 'metricsTelemetryId', 'tracesTelemetryId']),
  };
  return { ...picked(body, PLAIN), ...picked(nested, Object.keys(nested)) };
}

export const SPECIFICATION = [
  'gpu',
  'instanceType',
  'maxInstances',
  'minInstances',
  'backend',
  'clusters',
  'regions',
  'attributes',
  'availabilityZones',
  'maxRequestConcurrency',
  'configuration',
  'cpuArch',
  'os',
  'driverVersion',
  'storage',
  'systemMemory',
  'gpuMemory',
  'autoscalingConfiguration',
  'helmValidationPolicy',
] as const;
