import type { Handler } from '../../../contract/request.ts';
import { judgeFidelity } from '../../../decisions/fidelity.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Tables } from '../../../decisions/rule.ts';
import { adviseName } from '../../../text/nearest.ts';
import type { Ports } from '../ports.ts';

/** Operations that report where responses come from: documentation, or an interpretation of it. */
export function fidelityOperations(ports: Ports) {
  const get: Handler<'control', 'get_fidelity'> = ({ query }) => {
    const names = query.service === undefined ? ports.listServiceNames() : [requireService(ports, query.service)];
    const services = names.map((service) => ({
      service,
      ...describeService(service, ports.findTables(service)?.tables),
    }));
    return {
      status: 200,
      body: {
        fidelity: ports.fidelity,
        services: services.map(({ service, operations }) => {
          const count = (effect: string) => operations.filter((operation) => operation.effect === effect).length;
          const questioned = count('questioned');
          return {
            service,
            profile: ports.findTables(service)?.profile ?? null,
            operations: operations.length,
            remaining: count('answered') + questioned,
            questioned,
          };
        }),
        operations: services.flatMap(({ operations }) => operations),
        rules: services.flatMap(({ rules }) => rules),
        reasons: Object.entries(ports.reasons).map(([reason, { stage, meaning, source, certainty }]) => {
          return { reason, stage, meaning, source, certainty };
        }),
      },
    };
  };
  return { get_fidelity: get };
}

/** @throws Problem listing the known services, if the name is unknown */
export function requireService(ports: Pick<Ports, 'listServiceNames'>, name: string): string {
  const names = ports.listServiceNames();
  if (names.includes(name)) return name;
  throw new Problem('invalid_request', `\`service\` is not a known service.${adviseName(name, names)}`);
}

function describeService(service: string, tables: Tables | undefined) {
  const rules = tables?.rules ?? [];
  return {
    operations: (tables?.operations ?? []).map((row) => {
      const rule = rules.find(({ id }) => id === row.rule) ?? null;
      const { effect, entry } = judgeFidelity(row, rule);
      const { id: operation, source, certainty } = row;
      return {
        service,
        operation,
        rule: rule?.id ?? null,
        source,
        certainty,
        ruleCertainty: rule?.certainty ?? null,
        effect,
        ...(entry !== null && { entry }),
      };
    }),
    rules: rules.map(({ id: rule, label, source, certainty, added }) => {
      return { service, rule, label, source, certainty, ...(added !== undefined && { added: [...added] }) };
    }),
  };
}
