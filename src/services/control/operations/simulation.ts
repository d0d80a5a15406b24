import type { Schema } from '../../../contract/documented.ts';
import type { Handler, RequestContext } from '../../../contract/request.ts';
import type { Holding } from '../../../decisions/policy.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Ruleset } from '../../../decisions/ruleset.ts';
import type { JournalEntry } from '../../../journal/entry.ts';
import { keysOf } from '../../../objects/members.ts';
import { redact } from '../../../text/redact.ts';
import type { Instant } from '../../../time/clock.ts';
import { resolvePolicy } from '../key-checks.ts';
import type { Ports, SimulatedCaller } from '../ports.ts';
import { checkPrincipal } from '../principal-check.ts';
import { readFutureInstant } from './clock.ts';
import { requireService } from './fidelity.ts';

/** Operations that evaluate access without carrying out a request. */
export function simulationOperations(ports: Ports) {
  const simulate: Handler<'control', 'simulate_decision'> = async (context) => {
    const { world, body, now } = context;
    const at = body.at === undefined ? now : readFutureInstant('at', body.at, world.clock);
    if (body.requests === undefined) return { status: 200, body: await simulateForPrincipal(context, body, at) };
    const conflicting = keysOf(body).find((name) => name !== 'requests' && name !== 'at');
    if (conflicting !== undefined)
      throw invalidRequest(
        `Fields \`requests\` and \`${conflicting}\` exclude each other: recorded requests already have a caller.`,
      );
    if (body.at === undefined)
      throw invalidRequest('Field `at` is missing. Send the time at which to repeat the requests.');
    return { status: 200, body: { requests: await repeatRequests(context, body.requests, at) } };
  };

  /** Simulates one request of a principal, or all operations. */
  const simulateForPrincipal = async (context: RequestContext, body: Simulation, at: Instant) => {
    const { world, rulesets } = context;
    const { method, path, operations, service } = body;
    const caller = readCaller(body, rulesets);
    // `checkPrincipal` compares exactly, so skip it for any spelling that a service accepts.
    const isUnknown = body.principal !== undefined && (await ports.findNames(world, body.principal)).length === 0;
    if (isUnknown) await checkPrincipal(ports, world, body.principal, 'Field `principal`');
    if (operations !== undefined) {
      if (method !== undefined || path !== undefined) {
        throw invalidRequest(
          'Field `operations` excludes `method` and `path`. Send either `operations` or the other two.',
        );
      }
      const serviceFilter = service === undefined ? null : requireService(ports, service);
      return { operations: await ports.simulateOperations(world, caller, serviceFilter, at) };
    }
    if (service !== undefined)
      throw invalidRequest('Field `service` requires `operations`. Send `"operations": "*"` too.');
    const request = { method: requireField(method, 'method'), path: requireField(path, 'path'), at };
    const simulated = await ports.simulate(world, caller, request);
    const describe = await ports.createDecisionDescriber(context, [simulated]);
    const decision = describe(simulated);
    return caller.principal === null ? { ...decision, fixes: withoutRequests(decision.fixes) } : decision;
  };

  /** Decides recorded requests again: once for now, and once for a later time. */
  const repeatRequests = async ({ world, now }: RequestContext, ids: readonly string[], at: Instant) => {
    const { journal } = world.activityLog;
    const decideAt = async (entry: JournalEntry, when: Instant): Promise<SimulatedEffect> => {
      const decision = await ports.decideAgain(world, entry, when);
      if (decision === null) return { effect: 'allow' };
      const { effect, reason, explanation } = ports.describeDecision(decision);
      return { effect, ...(reason !== null && { reason, explanation }) };
    };
    const simulated: Schema<'control', 'SimulatedRequest'>[] = [];
    for (const id of new Set(ids)) {
      const entry = journal.findByNumber(journal.numberOf(id) ?? 0);
      if (entry === undefined)
        throw invalidRequest(
          `Field \`requests\` has \`${redact(id)}\`, which is unknown or no longer kept. \`GET /_mock/requests\` lists the recorded requests.`,
        );
      const [current, later] = [await decideAt(entry, now), await decideAt(entry, at)];
      const differs = current.effect !== later.effect || current.reason !== later.reason;
      simulated.push({ id, now: current, later, differs });
    }
    return simulated;
  };

  return { simulate_decision: simulate };
}

type Simulation = Schema<'control', 'Simulation'>;
type SimulatedEffect = Schema<'control', 'SimulatedRequest'>['now'];

function readCaller({ principal, holding, service }: Simulation, rulesets: readonly Ruleset[]): SimulatedCaller {
  if (principal === undefined && holding === undefined) {
    throw invalidRequest(
      'Fields `principal` and `holding` are missing. Send an id, name, client id or e-mail address as `principal`, the rights to simulate as `holding`, or both.',
    );
  }
  return {
    principal: principal ?? null,
    holding: holding === undefined ? null : readHolding(holding, rulesets, [service ?? []].flat()),
  };
}

function readHolding(
  holding: NonNullable<Simulation['holding']>,
  rulesets: readonly Ruleset[],
  services: readonly string[],
): Holding {
  const { scopes, resource, roles } = holding;
  const isPolicy = scopes !== undefined || resource !== undefined;
  if (isPolicy === (roles !== undefined)) {
    throw invalidRequest('Field `holding` must have either `scopes` (and optionally `resource`) or `roles`.');
  }
  return roles === undefined ? { policy: resolvePolicy(rulesets, holding, null, services, 'holding') } : { roles };
}

function requireField<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw invalidRequest(`Field \`${name}\` is missing. Send \`method\` and \`path\`, or \`"operations": "*"\`.`);
}

/** Removes the requests of fixes: a simulated principal cannot be edited. */
function withoutRequests(fixes: Schema<'control', 'Decision'>['fixes']) {
  return fixes.map(({ request: _, ...fix }) => fix);
}

function invalidRequest(message: string): Problem {
  return new Problem('invalid_request', message);
}
