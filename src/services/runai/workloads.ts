import type { Schema } from '../../contract/documented.ts';
import type { Surroundings } from '../../contract/world.ts';
import type { Instant } from '../../core/clock.ts';
import { Problem } from '../../core/problem.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { Store } from '../../store/index.ts';

export type Phase = Schema<'runai', 'Workload'>['phase'];

/** A workload, of the seed or submitted. */
export interface Workload {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly projectId: string;
  readonly createdAt: Instant;
  /** The phase that it is always in. Absent: it is in those that `phaseAt` gives. */
  readonly phase?: Phase;
  /** It fails at the end of its run. */
  readonly fails?: boolean;
  /** Absent for one of the seed. */
  readonly submission?: Submission;
  /** When it was deleted; absent until then. */
  readonly deletedAt?: Instant;
}

/** What a client submitted. */
export interface Submission {
  /** The name, or the beginning of it. */
  readonly requestedName: string;
  /** The name of the submitter. */
  readonly createdBy: string;
  /** What runs: `spec` and, for distributed workloads, `masterSpec` and `masterSpecSameAsWorker`. */
  readonly content: Readonly<Record<string, unknown>>;
}

export const WORKLOADS = new Collection<Workload>('runai.workloads');

/** How long deleted workloads are listed, in milliseconds. */
const DELETED_KEPT = 24 * 3_600_000;

/** Workloads of a tenant at most, deleted ones included. */
const MAX_WORKLOADS = 5000;

export function workloadRow(workload: Workload, tenantId: string): Row<Workload, null> {
  const { id, deletedAt } = workload;
  const dueAt = deletedAt === undefined ? null : deletedAt + DELETED_KEPT;
  return WORKLOADS.row({ id, owner: tenantId, parent: null, dueAt, body: workload });
}

/** How long workloads stay in their phases, in seconds, and which fail. */
export interface WorkloadPhases {
  readonly pendingSeconds: number;
  readonly runningSeconds: number;
  /** Names of submitted workloads that fail. */
  readonly failing: readonly string[];
}

export const DEFAULT_PHASES: WorkloadPhases = { pendingSeconds: 5, runningSeconds: 60, failing: [] };

export const WORKLOAD_PHASES_SETTING = 'runai.workload-phases';

export async function workloadPhasesOf({ store }: Pick<Surroundings, 'store'>): Promise<WorkloadPhases> {
  const kept = await store.settings.get(WORKLOAD_PHASES_SETTING);
  // The seed wrote it.
  return kept === null ? DEFAULT_PHASES : (JSON.parse(kept) as WorkloadPhases);
}

/** The phase of a workload at a time, and since when it is in it. */
export function phaseAt(workload: Workload, phases: WorkloadPhases, now: Instant): { phase: Phase; since: Instant } {
  const { createdAt, deletedAt } = workload;
  if (deletedAt !== undefined) return { phase: 'Deleting', since: deletedAt };
  if (workload.phase !== undefined) return { phase: workload.phase, since: createdAt };
  const startedAt = createdAt + phases.pendingSeconds * 1000;
  const endedAt = startedAt + phases.runningSeconds * 1000;
  if (now < startedAt) return { phase: 'Pending', since: createdAt };
  if (now < endedAt) return { phase: 'Running', since: startedAt };
  if (workload.fails === true) return { phase: 'Failed', since: endedAt };
  return runsOn(workload) ? { phase: 'Running', since: startedAt } : { phase: 'Completed', since: endedAt };
}

/** Does it run until it is deleted? A workspace does, unless its submitter gave it a command, which ends. */
function runsOn({ type, submission }: Workload): boolean {
  if (type !== 'Workspace') return false;
  const { spec } = (submission?.content ?? {}) as { spec?: { command?: unknown; args?: unknown } | null };
  return spec?.command == null && spec?.args == null;
}

/**
 * Stores a submitted workload.
 *
 * @throws Problem if its project has another one of this name, or if there is no room for it
 */
export async function submitWorkload(
  { store, now }: { readonly store: Pick<Store, 'collections'>; readonly now: Instant },
  workload: Workload,
  tenantId: string,
): Promise<void> {
  const { collections } = store;
  await WORKLOADS.sweep(collections, now);
  await WORKLOADS.insertBeside(collections, workloadRow(workload, tenantId), (others) => {
    const { name, projectId } = workload;
    const isTaken = ({ body }: Row<Workload>) =>
      body.name === name && body.projectId === projectId && body.deletedAt === undefined;
    if (others.some(isTaken)) {
      throw new Problem('invalid_request', `workload with name \`${name}\` already exists in this project`);
    }
    if (others.length >= MAX_WORKLOADS) {
      throw new Problem('limit_reached', `There are ${MAX_WORKLOADS} workloads, which is the limit. Delete some.`);
    }
  });
}

/** Marks a workload as deleted. @throws NotFound if it is not there */
export async function deleteWorkload(
  { store, now }: { readonly store: Pick<Store, 'collections'>; readonly now: Instant },
  id: string,
): Promise<void> {
  await WORKLOADS.change(store.collections, id, ({ owner, body }) => workloadRow({ ...body, deletedAt: now }, owner));
}
