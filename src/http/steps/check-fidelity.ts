import { describeEntry, effectOf } from '../../core/fidelity.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlightRequest } from '../flight.ts';

/**
 * With `--fidelity documented`, refuses operations that the vendor's documentation does not cover. The control API is
 * exempt.
 */
export function checkFidelity({ server, route, context }: InFlightRequest): void {
  if (server.fidelity === 'any' || route.service.isControlApi === true) return;
  const { effect, entry } = effectOf(route.row, route.rule, context.caller?.heldRights.resources);
  if (entry === null) return;
  if (effect === 'refused') {
    throw new Problem(
      'beyond_documentation',
      `${route.operation.id} is not documented well enough: ${describeEntry(entry)}. The mock runs with \`--fidelity documented\`. Use \`--fidelity any\` to call it.`,
    );
  }
  const message = `${route.operation.id} was answered although its sources contradict each other: ${describeEntry(entry)}`;
  context.findings.report('contradicted_source', message, context.now);
}
