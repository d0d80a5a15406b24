import type { Schema } from '../../contract/documented.ts';
import { refuseIf } from '../../ngc-keys/control-plane.ts';
import { createObject } from '../../objects/members.ts';
import { HOUR, readDuration, writeDuration } from './durations.ts';
import { checkLimits } from './limits.ts';
import { FAULTS } from './tables/texts.ts';
import { hasEnded, statusOf, type Task } from './tasks.ts';

type Secret = Schema<'nvct', 'Secret'>;
type Sent = Schema<'nvct', 'CreateTaskRequest'>;
type Order = Sent & { readonly gpuSpecification: NonNullable<Sent['gpuSpecification']> };

/** The default termination grace period. */
const GRACE = HOUR;
/** The longest run time on GFN. */
const MAX_ON_GFN = 8n * HOUR;

/**
 * Checks a new task in the order of the published code: unparsable values, then limits of members, then the service's
 * own rules.
 *
 * @returns the task, with durations in Java's format
 * @throws Problem in the vendor's words
 */
export function checkTask(sent: Sent): Order {
  const durations = {
    maxRuntimeDuration: readDuration('maxRuntimeDuration', sent.maxRuntimeDuration),
    terminationGracePeriodDuration: readDuration('terminationGracePeriodDuration', sent.terminationGracePeriodDuration),
    maxQueuedDuration: readDuration('maxQueuedDuration', sent.maxQueuedDuration),
  };
  checkLimits('createTaskRequest', sent);
  // `checkLimits` requires a specification.
  const order = sent as Order;
  checkDurations(durations);
  checkBackend(order, durations.maxRuntimeDuration);
  checkSecrets(order);
  checkResults(order);
  checkContainer(order);
  checkChart(order);
  const written = Object.entries(durations).flatMap(([name, length]) =>
    length === null ? [] : [[name, writeDuration(length)] as const],
  );
  return { ...order, ...createObject<Partial<Record<keyof Durations, string>>>(written) };
}

interface Durations {
  readonly maxRuntimeDuration: bigint | null;
  readonly terminationGracePeriodDuration: bigint | null;
  readonly maxQueuedDuration: bigint | null;
}

function checkDurations(durations: Durations): void {
  for (const [name, length] of Object.entries(durations)) {
    refuseIf(length === 0n, FAULTS.zeroDuration, { name });
  }
  const { maxRuntimeDuration: longest, terminationGracePeriodDuration: grace } = durations;
  refuseIf(longest !== null && longest < (grace ?? GRACE), FAULTS.longGracePeriod);
}

function checkBackend({ gpuSpecification: { backend } }: Order, longest: bigint | null): void {
  if (backend !== 'GFN') return;
  refuseIf(longest === null, FAULTS.noRuntimeOnGfn);
  refuseIf(longest !== null && longest > MAX_ON_GFN, FAULTS.longRuntimeOnGfn);
}

function checkSecrets({ secrets = [] }: Order): void {
  refuseIf(hasDuplicates(secrets), FAULTS.duplicateSecrets);
}

/** A secret sent twice with the same value counts as one. */
function hasDuplicates(secrets: readonly Secret[]): boolean {
  const different = new Set(secrets.map(({ name, value }) => JSON.stringify([name, value])));
  return new Set(secrets.map(({ name }) => name)).size < different.size;
}

/**
 * Checks new secrets of a task, in the order of the published code.
 *
 * @throws Problem in the vendor's words
 */
export function checkNewSecrets(id: string, task: Task, secrets: readonly Secret[]): void {
  refuseIf(secrets.length === 0, FAULTS.noSecretsSent, { id });
  refuseIf(task.secretNames.length === 0, FAULTS.noSecretsKept, { id });
  refuseIf(hasEnded(task), FAULTS.secretsOfEnded, { id, status: statusOf(task) });
  refuseIf(hasDuplicates(secrets), FAULTS.duplicateSecretsSent, { id });
}

/** Matches the same as the published expression, without its slow, redundant end. */
const LOCATION = /^[^/]+\/([^/]+\/)?[^/]+$/;

/** Results are uploaded by default. */
function checkResults({ resultHandlingStrategy = 'UPLOAD', resultsLocation = '', secrets = [] }: Order): void {
  if (resultHandlingStrategy !== 'UPLOAD') return;
  refuseIf(secrets.length === 0, FAULTS.noSecrets);
  refuseIf(!secrets.some(({ name }) => name.toUpperCase() === 'NGC_API_KEY'), FAULTS.noNgcApiKey);
  refuseIf(resultsLocation.trim() === '', FAULTS.noResultsLocation);
  refuseIf(!LOCATION.test(resultsLocation), FAULTS.badResultsLocation);
}

function checkContainer({ helmChart, gpuSpecification }: Order): void {
  if (helmChart !== undefined) return;
  refuseIf((gpuSpecification.configuration ?? null) !== null, FAULTS.configurationOfContainer);
  refuseIf((gpuSpecification.helmValidationPolicy ?? null) !== null, FAULTS.policyOfContainer);
}

function checkChart({ helmChart, containerImage, containerArgs = '', containerEnvironment }: Order): void {
  refuseIf(helmChart === undefined && containerImage === undefined, FAULTS.nothingToRun);
  if (helmChart === undefined) return;
  refuseIf(containerImage !== undefined, FAULTS.besideChart, { name: 'containerImage' });
  refuseIf(containerArgs.trim() !== '', FAULTS.besideChart, { name: 'containerArgs' });
  refuseIf(containerEnvironment !== undefined, FAULTS.besideChart, { name: 'containerEnvironment' });
}
