import type { Schema } from '../../contract/documented.ts';
import type { RequestContext } from '../../contract/request.ts';
import type { RequestScope } from '../../contract/world.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import type { Instant } from '../../lib/clock.ts';
import { Collection } from '../../store/collection.ts';
import { NotFound } from '../../store/errors.ts';
import type { Store } from '../../store/index.ts';
import type { Row } from '../../store/row.ts';
import type { SeedWorkload, WrittenSeed } from './seed-schema.ts';

export type Phase = Schema<'runai', 'Workload'>['phase'];

/** A workload as stored. It comes from the seed, or was submitted. */
export interface Workload extends SeedWorkload {
  readonly createdAt: Instant;
  /** Absent if the workload comes from the seed. */
  readonly submission?: {
    /** The submitted name. `useGivenNameAsPrefix` adds a suffix to it. */
    readonly requestedName: string;
    /** Name of the submitter. */
    readonly createdBy: string;
    /** `spec` and, for distributed workloads, `masterSpec` and `masterSpecSameAsWorker`. */
    readonly content: Readonly<Record<string, unknown>>;
  };
  readonly deletedAt?: Instant;
}

/** The workloads of all tenants. The owner of a row is the tenant. */
export const WORKLOADS = new Collection<Workload>('runai.workloads');

/** How long deleted workloads are listed: one day. */
const DELETED_RETENTION_MS = 24 * 3_600_000;

/** Maximum number of workloads of a tenant, including deleted ones. */
const MAX_WORKLOADS = 5000;

/** Creates the row of a workload. Its id is in lower case, because ids are case-insensitive. */
export function createWorkloadRow(workload: Workload, tenantId: string): Row<Workload, null> {
  const { id, deletedAt } = workload;
  const dueAt = deletedAt === undefined ? null : deletedAt + DELETED_RETENTION_MS;
  return WORKLOADS.row({ id: id.toLowerCase(), owner: tenantId, parent: null, dueAt, body: workload });
}

export function isListedAsDeleted({ deletedAt }: Workload, now: Instant): boolean {
  return deletedAt !== undefined && now < deletedAt + DELETED_RETENTION_MS;
}

/** Finds a workload that is not deleted. */
export async function findWorkload({ collections }: Pick<Store, 'collections'>, id: string): Promise<Workload | null> {
  const workload = (await WORKLOADS.byId(collections, id.toLowerCase()))?.body;
  return workload === undefined || workload.deletedAt !== undefined ? null : workload;
}

export type WorkloadPhases = Required<NonNullable<WrittenSeed['workloadPhases']>>;

export const DEFAULT_PHASES: WorkloadPhases = { pendingSeconds: 5, runningSeconds: 60, failing: [] };

/** The setting that stores the durations of a seed. */
export const WORKLOAD_PHASES_SETTING = 'runai.workload-phases';

export async function readWorkloadPhases({ store }: Pick<RequestScope, 'store'>): Promise<WorkloadPhases> {
  const stored = await store.settings.get(WORKLOAD_PHASES_SETTING);
  // Safe cast: written by the seed.
  return stored === null ? DEFAULT_PHASES : (JSON.parse(stored) as WorkloadPhases);
}

export interface TimedPhase {
  readonly phase: Phase;
  readonly since: Instant;
}

/** Returns the phases over time, in order; empty if the phase is fixed or the workload is deleted. */
export function phasesOf(workload: Workload, phases: WorkloadPhases): readonly TimedPhase[] {
  const { createdAt, deletedAt, phase, fails = false } = workload;
  if (deletedAt !== undefined || phase !== undefined) return [];
  const startedAt = createdAt + phases.pendingSeconds * 1000;
  const endedAt = startedAt + phases.runningSeconds * 1000;
  const running: TimedPhase[] = [
    { phase: 'Pending', since: createdAt },
    { phase: 'Running', since: startedAt },
  ];
  if (fails) return [...running, { phase: 'Failed', since: endedAt }];
  return runsUntilDeleted(workload) ? running : [...running, { phase: 'Completed', since: endedAt }];
}

export function phaseAt(workload: Workload, phases: WorkloadPhases, now: Instant): TimedPhase {
  const { createdAt, deletedAt, phase = 'Pending' } = workload;
  if (deletedAt !== undefined) return { phase: 'Deleting', since: deletedAt };
  return phasesOf(workload, phases).findLast(({ since }) => since <= now) ?? { phase, since: createdAt };
}

/** Returns whether a workload runs until it is deleted. A workspace does, unless it was submitted with a command. */
function runsUntilDeleted({ type, submission }: Workload): boolean {
  if (type !== 'Workspace') return false;
  // Safe cast: the request was validated against the document.
  const { spec } = (submission?.content ?? {}) as { spec?: { command?: unknown; args?: unknown } | null };
  return spec?.command == null && spec?.args == null;
}

/** @throws Problem if the project has a workload with this name, or the limit is reached */
export async function submitWorkload(
  { store, now }: RequestContext,
  workload: Workload,
  tenantId: string,
): Promise<void> {
  const { collections } = store;
  await WORKLOADS.sweep(collections, now);
  await WORKLOADS.insertBeside(collections, createWorkloadRow(workload, tenantId), (existingRows) => {
    const { name, projectId } = workload;
    if (
      existingRows.some(
        ({ body }) => body.name === name && body.projectId === projectId && body.deletedAt === undefined,
      )
    ) {
      const message = `Field \`name\`: workload with name \`${name}\` already exists in this project. Delete it, or send \`useGivenNameAsPrefix\`.`;
      throw invalidRequest(message);
    }
    if (existingRows.length >= MAX_WORKLOADS) {
      throw new Problem(
        'limit_reached',
        `There are already ${MAX_WORKLOADS} workloads, the maximum, including those deleted within the last day. Reset the world, or delete some and advance the clock by a day.`,
      );
    }
  });
}

/** Marks a workload as deleted. @throws NotFound if it does not exist */
export async function deleteWorkload({ store, now }: RequestContext, id: string): Promise<void> {
  await WORKLOADS.change(store.collections, id.toLowerCase(), ({ owner, body }) => {
    if (body.deletedAt !== undefined) throw new NotFound();
    return createWorkloadRow({ ...body, deletedAt: now }, owner);
  });
}
