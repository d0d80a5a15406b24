import type { Schema } from '../contract/documented.ts';
import type { World } from '../contract/world.ts';
import type { Caller } from '../decisions/decide.ts';
import { type LeastRights, listUsedRights } from '../decisions/explaining/least-rights.ts';
import { namesOf, type Principal } from '../decisions/principal.ts';
import { invalidRequest, Problem } from '../decisions/problem.ts';
import { credentialKeyOf, type Use, type UsesOfCredential } from '../decisions/uses.ts';
import { suggestName } from '../lib/nearest.ts';
import { redact } from '../lib/redact.ts';
import type { WorldRequest } from './request.ts';
import type { Server } from './server.ts';
import { createRequestWithoutOperation, findCallers } from './simulated-caller.ts';

type Report = Schema<'control', 'LeastPrivilege'>;

/** Reports the uses of credentials, and the rights that suffice. @param name null: all that were used */
export async function reportLeastPrivilege(server: Server, world: World, name: string | null): Promise<Report> {
  const request = createRequestWithoutOperation(server, world);
  const recorded = world.activityLog.uses.list();
  const selected = name === null ? recorded : await findUses(request, recorded, name);
  const principals = await Promise.all(selected.map((uses) => reportPrincipal(request, uses)));
  return { principals: principals.flat(), full: world.activityLog.uses.isFull };
}

async function findUses(
  request: WorldRequest<null>,
  recorded: readonly UsesOfCredential[],
  principalName: string,
): Promise<readonly UsesOfCredential[]> {
  const used = recorded.filter(({ principal }) => namesOf(principal).includes(principalName));
  if (used.length > 0) return used;
  for await (const { caller } of findCallers(request, principalName)) {
    if (caller instanceof Problem) continue;
    const name = credentialKeyOf(caller.principal);
    return [
      recorded.find(({ principal }) => credentialKeyOf(principal) === name) ?? {
        principal: caller.principal,
        uses: [],
      },
    ];
  }
  const suggestion = suggestName(principalName, [...new Set(recorded.flatMap(({ principal }) => namesOf(principal)))]);
  throw invalidRequest(
    `Query parameter \`principal\`: no accepted credential has the name \`${redact(principalName).slice(0, 100)}\`. \`GET /_mock/cast\` lists all principals.${suggestion}`,
  );
}

async function reportPrincipal(
  request: WorldRequest<null>,
  { principal, uses }: UsesOfCredential,
): Promise<Report['principals']> {
  const caller = await findCurrentCaller(request, principal);
  // All services that accept a credential compute its least rights in the same way.
  const service = request.server.services.find(
    ({ name }) => name === (uses[0]?.accessRequest.ruleset.service ?? caller?.service),
  );
  const rights = await service?.decisionHelp?.leastRights?.(request, {
    principal,
    caller: caller?.caller ?? null,
    uses,
  });
  if (rights === undefined) return [];
  const { held, smallest, unused, broader, impossible, seedEntry } = rights;
  return [
    {
      principal: { ...principal },
      held: held && { ...held },
      used: uses.map((use) => describeUse(use, principal, rights)),
      smallest: { ...smallest },
      unused: [...new Set(unused)],
      broader: broader.map((alternative) => ({ ...alternative })),
      ...(impossible !== undefined && {
        impossible: { scopes: listOperations(impossible.scopes), roles: listOperations(impossible.roles) },
      }),
      seed: { ...seedEntry },
    },
  ];
}

function listOperations(uses: readonly Use[]): string[] {
  return [...new Set(uses.map(({ operation }) => operation))];
}

function describeUse(
  use: Use,
  principal: Principal,
  { toHeldRights }: Pick<LeastRights, 'toHeldRights'>,
): Schema<'control', 'UsedFor'> {
  const { accessRequest, operation, lookedUp, example } = use;
  const names = lookedUp?.found === 'object' ? Object.values(lookedUp.attributes?.names ?? {}).flat() : [];
  const target = names.at(-1);
  return {
    service: accessRequest.ruleset.service,
    operation,
    grants: [...listUsedRights(use, principal, toHeldRights(accessRequest.ruleset))],
    ...(target !== undefined && { target }),
    example: { ...example },
  };
}

/** Returns the principal as a caller of the first service that accepts it; null if it was deleted. */
async function findCurrentCaller(
  request: WorldRequest<null>,
  { id, kind }: Principal,
): Promise<{ readonly caller: Caller; readonly service: string } | null> {
  for await (const { caller, service } of findCallers(request, id)) {
    if (caller instanceof Problem) continue;
    if (caller.principal.kind === kind && caller.principal.id === id) return { caller, service: service.name };
  }
  return null;
}
