import type { Schema } from '../../contract/documented.ts';
import { type Present, pick } from '../../lib/members.ts';

function pickEach<Member extends object, Name extends keyof Member & string>(
  list: readonly Member[] | undefined,
  names: readonly Name[],
): readonly Present<Pick<Member, Name>>[] | undefined {
  return list?.map((member) => pick(member, names));
}

/** The members without members of their own, which are stored unchanged. */
const UNCHANGED_MEMBERS = [
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
] as const;

export const RATE_LIMIT_MEMBERS = ['rateLimit', 'exemptedNcaIds', 'perNcaIdRate', 'syncCheck', 'perUserRate'] as const;
const ARTIFACT_MEMBERS = ['name', 'version', 'uri'] as const;
const LLM_CONFIG_MEMBERS = ['uris', 'tokenRateLimit', 'tokenizer', 'routingMethod'] as const;

const NESTED_MEMBERS = [
  'containerEnvironment',
  'models',
  'resources',
  'health',
  'rateLimit',
  'telemetries',
  'llmInvocationConfig',
] as const;

type Health = Partial<Schema<'nvcf', 'HealthCheck'>>;

/** A function in the vendor's form, without the name and secrets, which are stored separately. */
export type Definition = Partial<Omit<Schema<'nvcf', 'CreateFunctionRequest'>, 'name' | 'secrets' | 'health'>> & {
  readonly health?: Health;
};

/** Returns the documented members of a request that creates a function, without its name and secrets. */
export function pickDefinition(body: Definition): Definition {
  const { containerEnvironment, models, resources, health, rateLimit, telemetries, llmInvocationConfig } = body;
  const nested = {
    containerEnvironment: pickEach(containerEnvironment, ['key', 'value']),
    models: models?.map(pickModel),
    resources: pickEach(resources, ARTIFACT_MEMBERS),
    health: health && pickHealth(health),
    rateLimit: rateLimit && pick(rateLimit, RATE_LIMIT_MEMBERS),
    telemetries: telemetries && pickTelemetries(telemetries),
    llmInvocationConfig: llmInvocationConfig && pickInvocationConfig(llmInvocationConfig),
  };
  return { ...pick(body, UNCHANGED_MEMBERS), ...pick(nested, NESTED_MEMBERS) };
}

/** Returns the ids in lower case, because UUIDs are case-insensitive (RFC 9562, section 4). */
function pickTelemetries(telemetries: Schema<'nvcf', 'TelemetryRefs'>): Schema<'nvcf', 'TelemetryRefs'> {
  const ids = pick(telemetries, ['logsTelemetryId', 'metricsTelemetryId', 'tracesTelemetryId']);
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, id.toLowerCase()]));
}

function pickModel(model: Schema<'nvcf', 'Model'>): Schema<'nvcf', 'Model'> {
  const { llmConfig } = model;
  return { ...pick(model, ARTIFACT_MEMBERS), ...(llmConfig && { llmConfig: pick(llmConfig, LLM_CONFIG_MEMBERS) }) };
}

/** Returns a health check without an empty `timeout`, which nvcf-cli sends instead of omitting it. */
function pickHealth(health: Health): Health {
  const { timeout, ...members } = pick(health, ['protocol', 'uri', 'port', 'timeout', 'expectedStatusCode']);
  return timeout === undefined || timeout === '' ? members : { ...members, timeout };
}

export function pickInvocationConfig({
  priority,
}: Schema<'nvcf', 'LlmInvocationConfig'>): Schema<'nvcf', 'LlmInvocationConfig'> {
  return priority === undefined ? {} : { priority: pick(priority, ['defaultPriority', 'perAccountPriority']) };
}

const SPECIFICATION_MEMBERS = [
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
] as const;

export type Specification = Schema<'nvcf', 'GpuSpecification'>;

export function pickSpecification(specification: Specification): Omit<Specification, 'gpuSpecificationId'> {
  const { autoscalingConfiguration: scaling, helmValidationPolicy: policy } = specification;
  const nested = {
    autoscalingConfiguration: scaling && pickAutoscaling(scaling),
    helmValidationPolicy: policy && pickHelmPolicy(policy),
  };
  return {
    ...pick(specification, SPECIFICATION_MEMBERS),
    ...pick(nested, ['autoscalingConfiguration', 'helmValidationPolicy']),
  };
}

export function pickAutoscaling({
  scaleUpDetails: up,
  scaleDownDetails: down,
}: Schema<'nvcf', 'Autoscaling'>): Schema<'nvcf', 'Autoscaling'> {
  return {
    ...(up !== undefined && { scaleUpDetails: pickScalingDetails(up) }),
    ...(down !== undefined && { scaleDownDetails: pickScalingDetails(down) }),
  };
}

function pickScalingDetails(details: Schema<'nvcf', 'ScalingDetails'>): Schema<'nvcf', 'ScalingDetails'> {
  const { stickiness } = details;
  return {
    ...pick(details, ['metric', 'factor', 'threshold']),
    ...(stickiness !== undefined && { stickiness: pick(stickiness, ['size', 'threshold']) }),
  };
}

function pickHelmPolicy({ name, extraKubernetesTypes: types }: Schema<'nvcf', 'HelmValidationPolicy'>) {
  const extraKubernetesTypes = pickEach(types, ['group', 'version', 'kind']);
  return { name, ...(extraKubernetesTypes !== undefined && { extraKubernetesTypes }) };
}
