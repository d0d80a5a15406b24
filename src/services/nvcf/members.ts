import type { Schema } from '../../contract/documented.ts';

/** The members that are there; what may be undefined may be missing. */
type Present<Its> = { readonly [Name in keyof Its as undefined extends Its[Name] ? never : Name]: Its[Name] } & {
  readonly [Name in keyof Its as undefined extends Its[Name] ? Name : never]?: Exclude<Its[Name], undefined>;
};

/** The members of an object that have these names; the vendor ignores what it does not know. */
export function picked<Its extends object, Name extends keyof Its & string>(
  given: Its,
  names: readonly Name[],
): Present<Pick<Its, Name>> {
  const there = names.filter((name) => Object.hasOwn(given, name) && given[name] !== undefined);
  // `fromEntries` forgets which names there were.
  return Object.fromEntries(there.map((name) => [name, given[name]])) as Present<Pick<Its, Name>>;
}

/** The same for each object of a list; undefined where there is none. */
function pickedList<Its extends object, Name extends keyof Its & string>(
  list: readonly Its[] | undefined,
  names: readonly Name[],
): readonly Present<Pick<Its, Name>>[] | undefined {
  return Array.isArray(list) ? list.map((one: Its) => picked(one, names)) : undefined;
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

const NESTED = ['containerEnvironment', 'models', 'resources', 'health', 'rateLimit', 'telemetries'] as const;

/** What a function is in the vendor's form, but for what is kept by itself: its name, and the names of its secrets. */
export type Definition = Partial<Omit<Schema<'nvcf', 'CreateFunctionRequest'>, 'name' | 'secrets'>>;

/** What a function is, out of the request that made it. */
export function definitionOf(body: Definition): Definition {
  const { containerEnvironment, models, resources, health, rateLimit, telemetries } = body;
  const nested = {
    containerEnvironment: pickedList(containerEnvironment, ['key', 'value']),
    models: pickedList(models, [...ARTIFACT, 'llmConfig']),
    resources: pickedList(resources, ARTIFACT),
    health: health && picked(health, ['protocol', 'uri', 'port', 'timeout', 'expectedStatusCode']),
    rateLimit: rateLimit && picked(rateLimit, RATE_LIMIT),
    telemetries: telemetries && picked(telemetries, ['logsTelemetryId', 'metricsTelemetryId', 'tracesTelemetryId']),
  };
  return { ...picked(body, PLAIN), ...picked(nested, NESTED) };
}

/** What a deployment asks for, in the vendor's form. */
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
