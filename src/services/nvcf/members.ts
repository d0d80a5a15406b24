import type { Schema } from '../../contract/documented.ts';
import { objectOf } from '../../core/own.ts';

/** Members that may be undefined become optional. */
type Present<Its> = { readonly [Name in keyof Its as undefined extends Its[Name] ? never : Name]: Its[Name] } & {
  readonly [Name in keyof Its as undefined extends Its[Name] ? Name : never]?: Exclude<Its[Name], undefined>;
};

/** Picks members by name; the vendor ignores all others. */
export function pick<Its extends object, Name extends keyof Its & string>(
  given: Its,
  names: readonly Name[],
): Present<Pick<Its, Name>> {
  const there = names.filter((name) => Object.hasOwn(given, name) && given[name] !== undefined);
  return objectOf<Present<Pick<Its, Name>>>(there.map((name) => [name, given[name]]));
}

function pickEach<Its extends object, Name extends keyof Its & string>(
  list: readonly Its[] | undefined,
  names: readonly Name[],
): readonly Present<Pick<Its, Name>>[] | undefined {
  return Array.isArray(list) ? list.map((one: Its) => pick(one, names)) : undefined;
}

/** Members that are stored as they were sent. */
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

const NESTED = ['containerEnvironment', 'models', 'resources', 'health', 'rateLimit', 'telemetries'] as const;

/** A function in the vendor's form, without its name and secrets, which are stored separately. */
export type Definition = Partial<Omit<Schema<'nvcf', 'CreateFunctionRequest'>, 'name' | 'secrets'>>;

/** Reads the definition from the request that creates a function. */
export function definitionOf(body: Definition): Definition {
  const { containerEnvironment, models, resources, health, rateLimit, telemetries } = body;
  const nested = {
    containerEnvironment: pickEach(containerEnvironment, ['key', 'value']),
    models: pickEach(models, [...ARTIFACT, 'llmConfig']),
    resources: pickEach(resources, ARTIFACT),
    health: health && pick(health, ['protocol', 'uri', 'port', 'timeout', 'expectedStatusCode']),
    rateLimit: rateLimit && pick(rateLimit, RATE_LIMIT),
    telemetries: telemetries && pick(telemetries, ['logsTelemetryId', 'metricsTelemetryId', 'tracesTelemetryId']),
  };
  return { ...pick(body, PLAIN), ...pick(nested, NESTED) };
}

/** A GPU specification of a deployment, in the vendor's form. */
export type Specification = Schema<'nvcf', 'GpuSpecification'>;

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
