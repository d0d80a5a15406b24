import type { Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { COMMON_REASONS } from '../../../decisions/reasons.ts';
import { selectPage } from '../../../decisions/responses/page.ts';
import { createStreamedList } from '../../../decisions/responses/streamed-list.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { reportLeastPrivilege } from '../../../http/least-privilege.ts';
import { own } from '../../../lib/members.ts';
import { adviseName } from '../../../lib/nearest.ts';
import { worldPathOf } from '../../../lib/world-id.ts';
import type { ControlledServer } from '../controlled-server.ts';
import { createDecisionDescriber } from '../decision-view.ts';
import { notStoredProblem } from '../lists.ts';
import { checkPrincipal } from '../principal-check.ts';

const DEFAULT_LIMIT = 100;

export function explanationOperations(controlled: ControlledServer) {
  const { server, worlds } = controlled;

  return {
    list_decisions: async (context) => {
      const { limit, after, since, ...filter } = context.query;
      const { decisions } = context.world.activityLog;
      await checkPrincipal(controlled, context.world, filter.principal, 'Query parameter `principal`');
      const page = selectPage(
        decisions.list(filter),
        { limit, after, since },
        {
          order: 'newest first',
          positionOf: ({ number }) => [number],
          positionOfId: (id) => {
            const found = decisions.find(id);
            return found === undefined ? null : [found.number];
          },
          timeOf: ({ decision }) => decision.at,
        },
        DEFAULT_LIMIT,
      );
      const { entries, total, next } = page;
      const { droppedCount } = decisions;
      const listed = entries.map(({ decision }) => decision);
      const describe = await createDecisionDescriber(controlled, context, listed);
      const ids = listed.map(({ id }) => id);
      const render = (id: string) => {
        const decision = decisions.byId(id);
        return decision === null ? undefined : describe(decision);
      };
      return {
        status: 200,
        body: createStreamedList(ids, render, (described) => ({
          decisions: described,
          total,
          dropped: droppedCount,
          next,
        })),
      };
    },
    get_decision: async (context) => {
      const { id } = context.params;
      const { decisions } = context.world.activityLog;
      const decision = decisions.byId(id);
      if (decision !== null) {
        const describe = await createDecisionDescriber(controlled, context, [decision]);
        return { status: 200, body: describe(decision) };
      }
      const number = decisions.numberOf(id);
      const owningWorld = number === null ? worlds.ofDecision(id) : null;
      if (owningWorld !== null) {
        const path = `${worldPathOf(owningWorld)}/_mock/decisions/${id}`;
        throw new Problem('not_found', `The decision belongs to the world \`${owningWorld}\`. Use \`GET ${path}\`.`);
      }
      throw notStoredProblem('decision', number, decisions.lastNumber);
    },
    get_tables: ({ params }) => {
      const { service } = params;
      const served = server.rulesets.find((ruleset) => ruleset.service === service);
      if (served === undefined) {
        const names = server.services.map(({ name }) => name);
        throw new Problem('not_found', `No service has this name.${adviseName(service, names)}`);
      }
      // Returns the reasons that a service can answer: those that all services share, and those it has a remedy for.
      const reasons = Object.entries(server.reasons)
        .filter(
          ([reason]) => own(COMMON_REASONS, reason) !== undefined || own(served.tables.remedies, reason) !== undefined,
        )
        .map(([reason, { stage, meaning, source, certainty }]) => ({ reason, stage, meaning, source, certainty }));
      return { status: 200, body: { service, profile: served.profile, ...tablesView(served.tables), reasons } };
    },
    get_least_privilege: async ({ world, query }) => ({
      status: 200,
      body: await reportLeastPrivilege(server, world, query.principal ?? null),
    }),
  } satisfies Partial<Operations<'control'>>;
}

/** Renders tables for the API, which calls scopes and permissions `grants`. */
function tablesView({ permissions, roles, ...tables }: Tables) {
  return {
    ...tables,
    grants: permissions,
    roles: roles.map(({ permissions: grants, ...role }) => ({ ...role, grants })),
  };
}
