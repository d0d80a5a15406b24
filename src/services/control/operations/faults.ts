import type { Schema } from '../../../contract/documented.ts';
import type { Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Fault } from '../../../journal/faults/fault.ts';
import { hideInLine, hideSecrets, type KnownSecrets } from '../../../journal/secrets.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { type ControlledServer, listKnownNames } from '../controlled-server.ts';
import { assertDocumentedAnswer, readFaultOrder } from '../fault-checks.ts';
import { pageShortList } from '../lists.ts';
import { checkPrincipal } from '../principal-check.ts';

export function faultOperations(controlled: ControlledServer) {
  return {
    add_fault: async ({ world, now, body }) => {
      const knownNames = listKnownNames(controlled);
      const order = readFaultOrder(body, knownNames, now);
      await checkPrincipal(controlled, world, order.match.principal, 'Field `match.principal`');
      const certainty = await assertDocumentedAnswer(
        order,
        body.do.offDocument === true,
        knownNames,
        controlled.routes(),
      );
      const fault = await world.faults.add(order, now);
      const view = faultView(fault, world.activityLog.secrets);
      return { status: 201, body: { ...view, ...(certainty !== null && { certainty }) } };
    },
    list_faults: async ({ world, query, now }) => {
      await world.faults.sweep(now);
      const all = world.faults.list().map((fault) => {
        return { id: fault.id, at: fault.createdAt, position: [fault.place] as const, fault };
      });
      const { entries, extent } = pageShortList(all, query, 'oldest first');
      return {
        status: 200,
        body: { faults: entries.map(({ fault }) => faultView(fault, world.activityLog.secrets)), ...extent },
      };
    },
    get_fault: async ({ world, params, now }) => {
      await world.faults.sweep(now);
      const fault = world.faults.find(params.faultId);
      if (fault === undefined) throw faultNotFound();
      return { status: 200, body: faultView(fault, world.activityLog.secrets) };
    },
    remove_fault: async ({ world, params }) => {
      if (!(await world.faults.withdraw(params.faultId))) throw faultNotFound();
      return { status: 204 };
    },
    clear_faults: async ({ world }) => {
      await world.faults.clear();
      return { status: 204 };
    },
  } satisfies Partial<Operations<'control'>>;
}

function faultNotFound(): Problem {
  return new Problem('not_found', 'No fault has this id. `GET /_mock/faults` lists them.');
}

function faultView(fault: Fault, secrets: KnownSecrets): Schema<'control', 'Fault'> {
  const { id, match, probability, seed, times, after, action, until, createdAt, seen, fired, shadowedBy, ended } =
    fault;
  const { answer, delay, after: isAfterOperation, ...effect } = action;
  const { body, operations, path, principal, ...members } = match;
  return {
    id,
    createdAt: rfc3339(createdAt),
    match: {
      ...members,
      ...(path !== undefined && { path: hideInLine(path, secrets) }),
      ...(principal !== undefined && { principal: hideInLine(principal, secrets) }),
      ...(operations !== undefined && { operations: [...operations] }),
      ...(body !== undefined && { body: hideSecrets(body, secrets) }),
      ...(probability < 1 && { probability, seed }),
    },
    times,
    after,
    do: {
      ...effect,
      ...(answer !== undefined && { answer: hideSecrets(answer, secrets) as Schema<'control', 'OwnAnswer'> }),
      ...(delay !== undefined && { delay: { min: formatDuration(delay.min), max: formatDuration(delay.max) } }),
      ...(isAfterOperation === true && { after: true }),
    },
    until: until === null ? null : rfc3339(until),
    seen,
    fired,
    shadowedBy,
    ...(ended !== null && { ended: rfc3339(ended) }),
  };
}
