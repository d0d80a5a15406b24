import type { World } from '../../contract/world.ts';
import { namesOf } from '../../decisions/principal.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { listPrincipalNames } from '../../http/simulated-caller.ts';
import { findNear } from '../../lib/nearest.ts';
import { redact } from '../../lib/redact.ts';
import { createCast } from '../../worlds/seed/index.ts';
import type { ControlledServer } from './controlled-server.ts';

/** Suggests the nearest name. A name that resembles no known one passes, because it may be created later. */
export async function checkPrincipal(
  { server }: ControlledServer,
  world: World,
  name: string | undefined,
  member: string,
): Promise<void> {
  if (name === undefined) return;
  const listCastNames = () => collectCastNames(createCast(world, server.services));
  if (name === '') {
    const [example = 'admin@acme.test'] = listCastNames();
    const message = `${member} is empty; expected an id, name, client id or e-mail address, such as \`${example}\`.`;
    throw invalidRequest(message);
  }
  const matchingNames = await listPrincipalNames(server, world, name);
  const callerNames = new Set(collectCallerNames(world));
  // Compare exactly, as the matching of requests does.
  if (matchingNames.includes(name) || callerNames.has(name)) return;
  const nearest = findNear(name, matchingNames) ?? findNear(name, [...listCastNames(), ...callerNames]);
  if (nearest === undefined) return;
  const redacted = redact(name).slice(0, 100);
  const message = `${member} is \`${redacted}\`, which is not a known principal. Did you mean \`${nearest}\`? If it is new, create it first.`;
  throw invalidRequest(message);
}

/** Returns the names of previous callers, including names claimed by refused credentials. */
function collectCallerNames({ activityLog: { journal, decisions } }: World): readonly string[] {
  const ofRequests = journal.newestFirst().map(({ principal }) => principal);
  const ofDecisions = decisions
    .list({})
    .map(({ decision }) => decision.principal ?? decision.credential?.claimed ?? null);
  return [...ofRequests, ...ofDecisions].flatMap((principal) => (principal === null ? [] : namesOf(principal)));
}

const SECRET_MEMBERS = ['key', 'secret', 'clientSecret', 'password'];
const NAME_MEMBERS = ['id', 'name', 'clientId', 'email'];

function collectCastNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const nameMembers = SECRET_MEMBERS.some((member) => member in value) ? NAME_MEMBERS : [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' ? (nameMembers.includes(name) ? member : []) : collectCastNames(member),
  );
}
