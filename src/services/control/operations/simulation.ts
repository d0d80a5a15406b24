import type { Schema } from '../../../contract/documented.ts';
import type { Operations } from '../../../contract/request.ts';
import type { HypotheticalRights } from '../../../decisions/policy.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import type { Ruleset } from '../../../decisions/ruleset.ts';
import { simulateRequest } from '../../../http/simulate.ts';
import { simulateOperations } from '../../../http/simulate-operations.ts';
import { listPrincipalNames, type SimulatedCaller } from '../../../http/simulated-caller.ts';
import { adviseName } from '../../../lib/nearest.ts';
import type { ControlledServer } from '../controlled-server.ts';
import { createDecisionDescriber } from '../decision-view.ts';
import { resolvePolicy } from '../key-checks.ts';
import { checkPrincipal } from '../principal-check.ts';

/** Operations that evaluate access without carrying out a request. */
export function simulationOperations(controlled: ControlledServer) {
  const { server, routes } = controlled;
  return {
    simulate_decision: async (context) => {
      const { world, rulesets, body } = context;
      const { method, path, operations, service } = body;
      const caller = readCaller(body, rulesets);
      // `checkPrincipal` compares exactly, so skip it for any spelling that a service accepts.
      const isUnknown =
        body.principal !== undefined && (await listPrincipalNames(server, world, body.principal)).length === 0;
      if (isUnknown) await checkPrincipal(controlled, world, body.principal, 'Field `principal`');
      if (operations !== undefined) {
        if (method !== undefined || path !== undefined) {
          throw invalidRequest(
            'Field `operations` excludes `method` and `path`. Send either `operations` or the other two.',
          );
        }
        const names = server.services.map(({ name }) => name);
        const serviceFilter = service === undefined ? null : requireService(service, names);
        const effects = await simulateOperations(server, world, caller, serviceFilter);
        return { status: 200, body: { operations: effects } };
      }
      if (service !== undefined)
        throw invalidRequest('Field `service` requires `operations`. Send `"operations": "*"` too.');
      const request = { method: requireField(method, 'method'), path: requireField(path, 'path') };
      const simulated = await simulateRequest(server, world, routes(), caller, request);
      const describe = await createDecisionDescriber(controlled, context, [simulated]);
      const decision = describe(simulated);
      // Removes the requests of fixes: a simulated principal cannot be edited.
      const fixes = caller.principal === null ? decision.fixes.map(({ request: _, ...fix }) => fix) : decision.fixes;
      return { status: 200, body: { ...decision, fixes } };
    },
  } satisfies Partial<Operations<'control'>>;
}

function requireService(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw invalidRequest(`\`service\` is not a known service.${adviseName(name, names)}`);
}

type Simulation = Schema<'control', 'Simulation'>;

function readCaller({ principal, held, service }: Simulation, rulesets: readonly Ruleset[]): SimulatedCaller {
  if (principal === undefined && held === undefined) {
    throw invalidRequest(
      'Fields `principal` and `held` are missing. Send an id, name, client id or e-mail address as `principal`, the rights to simulate as `held`, or both.',
    );
  }
  return {
    principal: principal ?? null,
    held: held === undefined ? null : readHypotheticalRights(held, rulesets, [service ?? []].flat()),
  };
}

function readHypotheticalRights(
  held: NonNullable<Simulation['held']>,
  rulesets: readonly Ruleset[],
  services: readonly string[],
): HypotheticalRights {
  const { scopes, resource, roles } = held;
  const isPolicy = scopes !== undefined || resource !== undefined;
  if (isPolicy === (roles !== undefined)) {
    throw invalidRequest('Field `held` must have either `scopes` (and optionally `resource`) or `roles`.');
  }
  return roles === undefined ? { policy: resolvePolicy(rulesets, held, null, services, 'held') } : { roles };
}

function requireField<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw invalidRequest(`Field \`${name}\` is missing. Send \`method\` and \`path\`, or \`"operations": "*"\`.`);
}
