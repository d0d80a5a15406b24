import type { Schema } from '../../contract/documented.ts';
import { createObject } from '../../lib/members.ts';
import { refuseIf } from '../ngc-keys/control-plane.ts';
import { HOUR_NS, readDuration, writeDuration } from './durations.ts';
import { checkLimits } from './limits.ts';
import { FAULTS } from './tables/texts.ts';
import { hasEnded, statusOf, type Task } from './tasks.ts';

type Secret = Schema<'nvct', 'Secret'>;
type TaskRequest = Schema<'nvct', 'CreateTaskRequest'>;
type CheckedTask = TaskRequest & { readonly gpuSpecification: NonNullable<TaskRequest['gpuSpecification']> };

const DEFAULT_GRACE_NS = HOUR_NS;
const MAX_GFN_RUNTIME_NS = 8n * HOUR_NS;

/** Checks in the published order: unparsable values, limits, then the service's rules. Formats durations like Java. */
export function checkTask(request: TaskRequest): CheckedTask {
  const read = (name: keyof Durations) => readDuration(name, request[name]);
  const durations = {
    maxRuntimeDuration: read('maxRuntimeDuration'),
    terminationGracePeriodDuration: read('terminationGracePeriodDuration'),
    maxQueuedDuration: read('maxQueuedDuration'),
  };
  checkLimits('createTaskRequest', request);
  // `checkLimits` requires a specification.
  const task = request as CheckedTask;
  for (const [name, length] of Object.entries(durations)) {
    refuseIf(length === 0n, FAULTS.zeroDuration, { name });
  }
  const { maxRuntimeDuration: maxRuntime, terminationGracePeriodDuration: grace } = durations;
  refuseIf(maxRuntime !== null && maxRuntime < (grace ?? DEFAULT_GRACE_NS), FAULTS.longGracePeriod);
  checkBackend(task, durations.maxRuntimeDuration);
  refuseIf(hasDuplicates(task.secrets ?? []), FAULTS.duplicateSecrets);
  checkResults(task);
  checkContainer(task);
  checkChart(task);
  return { ...task, ...formatDurations(durations) };
}

interface Durations {
  readonly maxRuntimeDuration: bigint | null;
  readonly terminationGracePeriodDuration: bigint | null;
  readonly maxQueuedDuration: bigint | null;
}

function formatDurations(durations: Durations): Partial<Record<keyof Durations, string>> {
  const formatted = Object.entries(durations).flatMap(([name, length]) =>
    length === null ? [] : [[name, writeDuration(length)] as const],
  );
  return createObject(formatted);
}

function checkBackend({ gpuSpecification: { backend } }: CheckedTask, maxRuntime: bigint | null): void {
  if (backend !== 'GFN') return;
  refuseIf(maxRuntime === null, FAULTS.noRuntimeOnGfn);
  refuseIf(maxRuntime !== null && maxRuntime > MAX_GFN_RUNTIME_NS, FAULTS.longRuntimeOnGfn);
}

/** Returns whether a name has several values. A secret that is sent twice with the same value counts as one. */
function hasDuplicates(secrets: readonly Secret[]): boolean {
  const pairs = new Set(secrets.map(({ name, value }) => JSON.stringify([name, value])));
  return new Set(secrets.map(({ name }) => name)).size < pairs.size;
}

/** Checks in the order of the published code. */
export function checkNewSecrets(id: string, task: Task, secrets: readonly Secret[]): void {
  refuseIf(secrets.length === 0, FAULTS.noSecretsSent, { id });
  refuseIf(task.secretNames.length === 0, FAULTS.noSecretsKept, { id });
  refuseIf(hasEnded(task), FAULTS.secretsOfEnded, { id, status: statusOf(task) });
  refuseIf(hasDuplicates(secrets), FAULTS.duplicateSecretsSent, { id });
}

/** Two or three segments; without the published expression's redundant end, which is slow. */
const RESULTS_LOCATION = /^[^/]+\/([^/]+\/)?[^/]+$/;

function checkResults({ resultHandlingStrategy = 'UPLOAD', resultsLocation = '', secrets = [] }: CheckedTask): void {
  if (resultHandlingStrategy !== 'UPLOAD') return;
  refuseIf(secrets.length === 0, FAULTS.noSecrets);
  refuseIf(!secrets.some(({ name }) => name.toUpperCase() === 'NGC_API_KEY'), FAULTS.noNgcApiKey);
  refuseIf(resultsLocation.trim() === '', FAULTS.noResultsLocation);
  refuseIf(!RESULTS_LOCATION.test(resultsLocation), FAULTS.badResultsLocation);
}

function checkContainer({ helmChart, gpuSpecification }: CheckedTask): void {
  if (helmChart !== undefined) return;
  refuseIf((gpuSpecification.configuration ?? null) !== null, FAULTS.configurationOfContainer);
  refuseIf((gpuSpecification.helmValidationPolicy ?? null) !== null, FAULTS.policyOfContainer);
}

function checkChart({ helmChart, containerImage, containerArgs = '', containerEnvironment }: CheckedTask): void {
  refuseIf(helmChart === undefined && containerImage === undefined, FAULTS.nothingToRun);
  if (helmChart === undefined) return;
  refuseIf(containerImage !== undefined, FAULTS.besideChart, { name: 'containerImage' });
  refuseIf(containerArgs.trim() !== '', FAULTS.besideChart, { name: 'containerArgs' });
  refuseIf(containerEnvironment !== undefined, FAULTS.besideChart, { name: 'containerEnvironment' });
}
