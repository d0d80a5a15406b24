import type { World } from '../../contract/world.ts';
import { namesOf } from '../../decisions/principal.ts';
import { Problem } from '../../decisions/problem.ts';
import { findNear } from '../../text/nearest.ts';
import { redact } from '../../text/redact.ts';
import type { Ports } from './ports.ts';

/**
 * Refuses a misspelled principal. A name that resembles no known one passes, because it may be created later.
 *
 * @param name an id, name, client id or e-mail address of a principal or in a credential's claims
 * @param member the field, for messages
 * @throws Problem suggesting the nearest name
 */
export async function checkPrincipal(
  ports: Pick<Ports, 'namesFound' | 'cast'>,
  world: World,
  name: string | undefined,
  member: string,
): Promise<void> {
  if (name === undefined) return;
  const ofCast = async () => namesIn(await ports.cast(world));
  if (name === '') {
    const [example = 'admin@acme.test'] = await ofCast();
    const message = `${member} is empty; expected an id, name, client id or e-mail address, such as \`${example}\`.`;
    throw new Problem('invalid_request', message);
  }
  const [found, seen] = [await ports.namesFound(world, name), new Set(namesSeen(world))];
  // Compare exactly, as the matching of requests does.
  if (found.includes(name) || seen.has(name)) return;
  const near = findNear(name, found) ?? findNear(name, [...(await ofCast()), ...seen]);
  if (near === undefined) return;
  const shown = redact(name).slice(0, 100);
  const message = `${member} is \`${shown}\`, which is not a known principal. Did you mean \`${near}\`? If it is new, create it first.`;
  throw new Problem('invalid_request', message);
}

/** Returns the names of previous callers, including names claimed by refused credentials. */
function namesSeen({ activityLog: { journal, decisions } }: World): readonly string[] {
  const ofRequests = journal.newestFirst().map(({ principal }) => principal);
  const ofDecisions = decisions
    .list({})
    .map(({ decision }) => decision.principal ?? decision.credential?.claimed ?? null);
  return [...ofRequests, ...ofDecisions].flatMap((one) => (one === null ? [] : namesOf(one)));
}

/** Members that hold credentials, in any service. */
const SECRETS = ['key', 'secret', 'clientSecret', 'password'];
const NAMES = ['id', 'name', 'clientId', 'email'];

/** Returns the names of all principals with a credential in a cast. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = SECRETS.some((member) => member in value) ? NAMES : [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' ? (own.includes(name) ? member : []) : namesIn(member),
  );
}
