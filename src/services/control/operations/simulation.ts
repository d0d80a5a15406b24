import type { Schema } from '../../../contract/documented.ts';
import type { Handler } from '../../../contract/request.ts';
import type { Law } from '../../../core/law.ts';
import type { Holding } from '../../../core/policy.ts';
import { Problem } from '../../../core/problem.ts';
import { checkedPolicy } from '../key-checks.ts';
import type { Ports, Who } from '../ports.ts';
import { checkPrincipal } from '../principal-check.ts';
import { knownService } from './fidelity.ts';

/** What would be decided about somebody, without doing it. */
export function simulationOperations(ports: Ports) {
  const simulate: Handler<'control', 'simulate_decision'> = async (context) => {
    const { world, laws, body } = context;
    const { method, path, operations, service } = body;
    const who = whoOf(body, laws);
    // Services may find somebody by another spelling of a name; here that is enough.
    const isNobody = body.principal !== undefined && (await ports.namesFound(world, body.principal)).length === 0;
    if (isNobody) await checkPrincipal(ports, world, body.principal, 'Field `principal`');
    if (operations === undefined) {
      if (service !== undefined)
        throw amiss('Field `service` belongs to `operations`: send `"operations": "*"` with it.');
      const thought = { method: needed(method, 'method'), path: needed(path, 'path') };
      const simulated = await ports.simulate(world, who, thought);
      const describe = await ports.describer(context, [simulated]);
      const decision = describe(simulated);
      return {
        status: 200,
        body: who.principal === null ? { ...decision, fixes: withoutRequests(decision.fixes) } : decision,
      };
    }
    if (method !== undefined || path !== undefined) {
      throw amiss('Field `operations` takes the place of `method` and `path`: send either.');
    }
    const only = service === undefined ? null : knownService(ports, service);
    return { status: 200, body: { operations: await ports.simulateOperations(world, who, only) } };
  };
  return { simulate_decision: simulate };
}

type Simulation = Schema<'control', 'Simulation'>;

function whoOf({ principal, holding }: Simulation, laws: readonly Law[]): Who {
  if (principal === undefined && holding === undefined) {
    throw amiss(
      'Fields `principal` and `holding` are missing: send somebody by id, name, client id or e-mail address, what they hold, or both.',
    );
  }
  return { principal: principal ?? null, holding: holding === undefined ? null : holdingOf(holding, laws) };
}

function holdingOf(given: NonNullable<Simulation['holding']>, laws: readonly Law[]): Holding {
  const { scopes, resource, roles } = given;
  const isPolicy = scopes !== undefined || resource !== undefined;
  if (isPolicy === (roles !== undefined)) {
    throw amiss('Field `holding` takes either `scopes`, with a `resource` if need be, or `roles`.');
  }
  return roles === undefined ? { policy: checkedPolicy(laws, given, null, 'holding') } : { roles };
}

function needed<Value>(value: Value | undefined, name: string): Value {
  if (value !== undefined) return value;
  throw amiss(`Field \`${name}\` is missing: send \`method\` and \`path\`, or \`"operations": "*"\`.`);
}

/** Somebody who does not exist cannot be changed. */
function withoutRequests(fixes: Schema<'control', 'Decision'>['fixes']) {
  return fixes.map(({ request: _, ...fix }) => fix);
}

function amiss(message: string): Problem {
  return new Problem('invalid_request', message);
}
