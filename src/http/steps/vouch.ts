import { describeEntry, footingOf } from '../../core/fidelity.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlight } from '../in-flight.ts';

/**
 * Does the vendor's documentation vouch for what would be answered? Asked only of a server that answers nothing else,
 * and never of the switchboard.
 */
export function vouch({ server, route, context }: InFlight): void {
  if (server.fidelity === 'any' || route.service.isSwitchboard === true) return;
  const { effect, entry } = footingOf(route.row, route.rule, context.caller?.standing.resources);
  if (entry === null) return;
  if (effect === 'refused') {
    throw new Problem(
      'beyond_documentation',
      `${route.operation.id} is not documented well enough to be answered: ${describeEntry(entry)}. The mock was started with \`--fidelity documented\`; with \`--fidelity any\` it answers.`,
    );
  }
  const message = `${route.operation.id} was answered although its sources contradict each other: ${describeEntry(entry)}`;
  context.findings.report('contradicted_source', message, context.now);
}
