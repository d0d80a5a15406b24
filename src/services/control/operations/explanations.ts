import type { Handler } from '../../../contract/request.ts';
import type { Decision } from '../../../core/decision.ts';
import { Problem } from '../../../core/problem.ts';
import type { Tables } from '../../../core/rule.ts';
import type { Ports } from '../ports.ts';
import { findWorldFixes } from '../world-fixes.ts';

/** How many decisions a list shows by default. */
const DEFAULT_LIMIT = 100;

/** Why something was answered as it was: decisions, findings, and the law itself. */
export function explanationOperations(ports: Ports) {
  const describe = (decision: Decision) => {
    const described = ports.describe(decision);
    const fixes = findWorldFixes(decision.reason, decision.ofWorld);
    if (fixes === null) return described;
    return { ...described, fixes: [...described.fixes.filter(({ kind }) => kind === 'hint'), ...fixes] };
  };

  const listDecisions: Handler<'control', 'list_decisions'> = ({ world, query }) => {
    const { limit = DEFAULT_LIMIT, ...filter } = query;
    const decisions = world.chronicle.decisions.list(filter, limit);
    return { status: 200, body: { decisions: decisions.map(describe) } };
  };

  const getDecision: Handler<'control', 'get_decision'> = ({ world, params }) => {
    const decision = world.chronicle.decisions.byId(params.id);
    if (decision !== null) return { status: 200, body: describe(decision) };
    throw new Problem(
      'not_found',
      'There is no decision of this id. The newest 2000 are kept, until a reset or the end of the process; `GET /_mock/decisions` lists them.',
    );
  };

  const listFindings: Handler<'control', 'list_findings'> = ({ findings }) => ({
    status: 200,
    body: { findings: findings.list() },
  });

  const getTables: Handler<'control', 'get_tables'> = ({ params }) => {
    const { service } = params;
    const found = ports.tables(service);
    if (found === null)
      throw new Problem('not_found', `There is no service of this name; there are: ${ports.services().join(', ')}.`);
    return { status: 200, body: { service, profile: found.profile, ...servedTables(found.tables) } };
  };

  return {
    list_decisions: listDecisions,
    get_decision: getDecision,
    list_findings: listFindings,
    get_tables: getTables,
  };
}

/** In the form that has always been served: scopes and permissions are called grants there. */
function servedTables({ permissions, roles, ...tables }: Tables) {
  return {
    ...tables,
    grants: permissions,
    roles: roles.map(({ permissions: grants, ...role }) => ({ ...role, grants })),
  };
}
