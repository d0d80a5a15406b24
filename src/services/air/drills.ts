import type { Drill } from '../../contract/drill.ts';
import { Problem } from '../../decisions/problem.ts';
import { REASONS_OF_RIGHTS } from '../../decisions/reasons.ts';
import { findNewestRequest, requireKeyInForce } from '../../ngc-keys/drills.ts';
import { editKey } from '../../ngc-keys/keyring.ts';
import { RULESETS } from './rulesets.ts';

const dropRole: Drill = {
  name: 'drop-role',
  event: 'The user of a personal key loses all Air roles, so all keys of this user lose the rights from these roles.',
  rightClient: 'After the 403, it does not retry, and reports which right is missing.',
  durationMs: null,
  affects: 'one',
  defaultPrincipal: 'the personal key of the newest allowed request',
  run: async (context, target) => {
    const { principal } = findNewestRequest(
      context,
      target,
      'personal key for Air',
      ({ service, principal: { kind } }) => service === 'air' && kind === 'personal-key',
    );
    const { key, roles } = await requireKeyInForce(context, principal.id);
    const airRoles = RULESETS[context.settings.air].tables.roles.map(({ name }) => name);
    const droppedRoles = roles.filter((role) => airRoles.includes(role));
    if (droppedRoles.length === 0)
      throw new Problem('conflict', `The user ${key.user} has no Air role to lose. Choose another principal.`);
    await editKey(context, context.now, key, { roles: roles.filter((role) => !droppedRoles.includes(role)) });
    return {
      summary: `The user ${key.user} loses ${droppedRoles.map((role) => `\`${role}\``).join(' and ')}.`,
      principal,
      watch: {
        isRefused: ({ decision: { service, principal: caller, reason } }) =>
          service === 'air' && caller?.user === key.user && reason !== null && REASONS_OF_RIGHTS.has(reason),
      },
    };
  },
};

/** Situations that Air clients must survive. */
export const DRILLS: readonly Drill[] = [dropRole];
