/** The mock describes what a key can do in many places. A request with the key must agree with each of them. */
import { describe, expect, it } from 'vitest';
import { decideOnResource, type ResourceAttributes } from '../../../src/decisions/decide.ts';
import { RULESETS } from '../../../src/services/nvcf/rulesets.ts';
import { castFunction } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const [ECHO] = castFunction('echo');
const { functionId, versionId } = ECHO ?? { functionId: '', versionId: '' };
const NAMES = { function: [functionId], 'function-versions': [`${functionId}/${versionId}`] };

/** Objects of every relation and form, all covered by a key for this function or version. */
const OBJECTS = (['owned', 'shared', 'public'] as const).flatMap((relation): ResourceAttributes[] => [
  { relation, names: NAMES },
  { relation, names: { function: NAMES.function }, parts: { 'function-versions': NAMES['function-versions'] } },
]);

/** A rule without `cover.names` has an object that a version or an invocation belongs to. */
const formsOf = (names: object | undefined) => {
  const isWhole = Object.values(names ?? {}).some((name) => String(name).endsWith('/'));
  return names === undefined ? OBJECTS : OBJECTS.filter(({ parts }) => (parts !== undefined) === isWhole);
};

describe.each(Object.entries(RULESETS))('%s', (reading, ruleset) => {
  const { rules, permissions, resourceTypes = [] } = ruleset.tables;

  it.each(resourceTypes.map(({ id }) => id))('every rule that accepts %s allows some object of such a key', (type) => {
    const ids = type === 'function' || type === 'function-versions' ? NAMES[type] : undefined;
    const resources = [{ type, ...(ids !== undefined && { ids }) }];
    const held = {
      roles: [],
      permissions: new Set(permissions.map(({ id }) => id)),
      resources,
      services: ['nvcf'],
      pending: [],
    };
    const caller = { principal: { kind: 'service-key', id: 'key', name: 'key' }, held } as const;
    for (const rule of rules.filter(({ on, closed }) => on?.includes(type) === true && closed !== true)) {
      const objects = rule.cover === undefined ? [null] : formsOf(rule.cover.names);
      const effects = objects.map(
        (attributes) =>
          decideOnResource({ rule, ruleset }, caller, attributes && { found: 'object', attributes }).effect,
      );

      expect(effects, `${rule.id} of ${reading}`).toContain('allow');
    }
  });

  it('a key that can do nothing with a scope, by its warnings, is allowed no operation by simulation, and vice versa', async () => {
    const server = await testServer({ nvcf: reading as keyof typeof RULESETS });
    for (const { id: scope } of permissions) {
      for (const { id: type, label } of resourceTypes) {
        const ids = type === 'function' ? [functionId] : [`${functionId}/${versionId}`];
        const resource = { type: label, ...(type.startsWith('function') && { ids }) };
        const order = { name: 'ci', type: 'service', services: ['nvcf'], scopes: [scope], resource, force: true };
        const { body: key } = await server.call('POST /_mock/keys', { body: order });
        const simulation = { principal: key.id, service: 'nvcf', operations: '*' };
        const { body } = await server.call('POST /_mock/decisions/simulate', { body: simulation });
        const needing = new Set(
          rules.filter(({ needs: { all = [], any = [] } }) => [...all, ...any].includes(scope)).map(({ id }) => id),
        );
        const isAllowed = body.operations.some(
          ({ operation, effect }: { operation: string; effect: string }) =>
            effect === 'allow' && needing.has(ruleset.tables.operations.find(({ id }) => id === operation)?.rule ?? ''),
        );
        const saysNothing = /can do nothing in `nvcf`/.test(String(key.warnings));

        expect([scope, type, !isAllowed]).toEqual([scope, type, saysNothing]);
      }
    }
  });
});
