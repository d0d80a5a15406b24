import type { Schema } from '../../contract/documented.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import { pick } from '../../lib/members.ts';
import { refuseIf } from '../ngc-keys/control-plane.ts';
import { parseIsoDuration } from './durations.ts';
import type { FunctionVersion } from './functions.ts';
import type { Specification } from './members.ts';
import { FAULTS } from './tables/texts.ts';

type Replacement = Schema<'nvcf', 'GpuSpecificationReplacement'>;

/** Checks what the schema lacks, in the order of the published code. @param subject starts the messages */
export function checkSpecifications(
  specifications: readonly Specification[],
  { definition }: FunctionVersion,
  subject: string,
): void {
  for (const specification of specifications) {
    checkInstances(specification);
    checkAutoscaling(specification.autoscalingConfiguration);
    const { backend = '', clusters = [], configuration, helmValidationPolicy } = specification;
    const isInBoth = backend.trim() !== '' && clusters.length > 0;
    refuseIf(isInBoth, FAULTS.backendAndClusters, { subject, backend, clusters: joinSorted(clusters) });
    if (definition.helmChart !== undefined) continue;
    for (const [name, value] of Object.entries({ configuration, helmValidationPolicy })) {
      refuseIf(value !== undefined, FAULTS.forChartsOnly, { subject, name });
    }
  }
}

function checkInstances({ minInstances, maxInstances }: Pick<Replacement, 'minInstances' | 'maxInstances'>): void {
  if (minInstances <= maxInstances) return;
  const message = "Invalid request: 'minInstances' must be lesser than or equal to 'maxInstances'";
  throw invalidRequest(message);
}

const MAX_STICKINESS_MS = 3_600_000;

/** @throws Problem if a factor has the wrong direction, or a `stickiness` is not valid */
export function checkAutoscaling(autoscaling: Schema<'nvcf', 'Autoscaling'> = {}): void {
  const { scaleUpDetails: up, scaleDownDetails: down } = autoscaling;
  if (up !== undefined && up.factor <= 1) {
    throw createAutoscalingProblem('scaleUpDetails.factor', 'must be greater than 1');
  }
  if (down !== undefined && (down.factor <= 0 || down.factor >= 1)) {
    throw createAutoscalingProblem('scaleDownDetails.factor', 'must be greater than 0 and less than 1');
  }
  checkStickiness(up?.stickiness);
  checkStickiness(down?.stickiness);
}

/** @throws Problem if a duration cannot be parsed, or the window is too long or not longer than its threshold */
function checkStickiness(stickiness: Schema<'nvcf', 'Stickiness'> | undefined): void {
  if (stickiness === undefined) return;
  const sizeMs = parseIsoDuration(stickiness.size);
  const thresholdMs = parseIsoDuration(stickiness.threshold);
  if (sizeMs === null || thresholdMs === null) {
    throw createAutoscalingProblem(
      'stickiness',
      'requires ISO 8601 durations, such as `PT30M`, as `size` and `threshold`',
    );
  }
  if (sizeMs > MAX_STICKINESS_MS) throw createAutoscalingProblem('stickiness.size', 'must be at most `PT1H`');
  if (thresholdMs >= sizeMs) throw createAutoscalingProblem('stickiness.threshold', 'must be shorter than `size`');
}

function createAutoscalingProblem(field: string, requirement: string): Problem {
  return invalidRequest(`Field \`autoscalingConfiguration.${field}\` ${requirement}.`);
}

/** Changes only numbers: ignores GPU and instance type, and throws for another backend, like the published code. */
export function replaceSpecifications(
  specifications: readonly Specification[],
  replacements: readonly Replacement[],
  subject: string,
): readonly Specification[] {
  const mismatch = `${subject}: GPU / InstanceType specs must match the ones in the original deployment`;
  if (replacements.length !== specifications.length) throw new Problem('bad_state', mismatch);
  if (replacements.length > 1 && replacements.some(({ gpuSpecificationId }) => gpuSpecificationId === undefined)) {
    const message = `${subject}: Deployment has multiple GPU specifications. To update deployment use PATCH endpoint.`;
    throw new Problem('bad_state', message);
  }
  const remaining = new Map(specifications.map((specification) => [specification.gpuSpecificationId, specification]));
  const changed = new Map(remaining);
  for (const replacement of replacements) {
    checkInstances(replacement);
    // Only the replacement of a single specification may lack an id.
    const id = replacement.gpuSpecificationId?.toLowerCase() ?? specifications[0]?.gpuSpecificationId;
    const previous = remaining.get(id);
    if (previous === undefined) throw new Problem('bad_state', mismatch);
    remaining.delete(id);
    checkUnchangedPlacement(replacement, previous, subject);
    changed.set(id, { ...previous, ...pick(replacement, ['maxInstances', 'minInstances', 'maxRequestConcurrency']) });
  }
  return [...changed.values()];
}

function checkUnchangedPlacement(replacement: Replacement, previous: Specification, subject: string): void {
  const backend = replacement.backend?.trim() ?? '';
  const previousBackend = previous.backend?.trim() ?? '';
  if (backend !== previousBackend) {
    const message = `${subject}: Backend '${backend}' field does not match original deployment spec: '${previousBackend}'.`;
    throw new Problem('bad_state', message);
  }
  const clusters = joinSorted(replacement.clusters);
  const previousClusters = joinSorted(previous.clusters);
  if (clusters === previousClusters) return;
  const message = `${subject}: Provided clusters: '[${clusters}]' does not match clusters from original spec: '[${previousClusters}]'`;
  throw new Problem('bad_state', message);
}

function joinSorted(names: readonly string[] = []): string {
  return [...names].sort().join(', ');
}
