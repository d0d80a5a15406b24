import { DEFAULT_WORLD } from '../addresses/world-id.ts';
import type { Holder, Rekeying } from '../contract/credentials.ts';
import type { World, WorldInfo } from '../contract/world.ts';
import { type Derivation, deriveFor } from '../credentials/derivation.ts';
import { hashSecret } from '../credentials/secret.ts';
import { ownSeed } from '../seed/index.ts';
import type { Store } from '../store/index.ts';
import type { KeptWorlds } from '../store/kept-worlds.ts';
import { openMemory } from '../store/memory.ts';
import type { Seed } from '../store/seed.ts';
import type { StoreParts } from '../store/shared.ts';
import { completeState, type State } from '../store/state.ts';
import type { StateMemory } from '../store/state-memory.ts';
import { Pacer } from '../time/pacer.ts';
import type { Begin, Filled } from './beginnings.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import { provenanceText } from './provenance.ts';
import type { Template, Templates } from './templates.ts';

/** The source of a world: a seed, another world or a snapshot. */
export type WorldOrigin =
  | { readonly kind: 'seed'; readonly seed: Seed }
  | (Made & { readonly kind: 'copy'; readonly state: State; readonly of: string });

/** The source of a world and of its credentials. */
export interface Made {
  /** The seed before the world's own credentials were derived. */
  readonly seed: Seed;
  readonly credentials: World['credentials'];
}

/** The initial content of a new world. */
export interface Begun extends Pick<Filled, 'isNew' | 'findings'> {
  readonly state: State;
  /** The seed before the world's own credentials were derived. */
  readonly seed: Seed;
  /** The seed with the world's own credentials. */
  readonly kept: Seed;
  /** The world that shares its credentials; null if the world has its own. */
  readonly source: string | null;
  /** See `Begin.clients`. */
  readonly clients: SeedClients | undefined;
  /** For a copy with its own credentials: the objects created since the seed, with their new secrets. */
  readonly created: readonly Holder[];
}

interface CopyParts {
  readonly templates: Templates;
  readonly memory: StateMemory;
  readonly keys: Credentials;
}

/** Returns the content of a new world: a copy of its seed's template, or of another world. */
export async function makeCopy(
  { id, origin, credentials }: { readonly id: string; readonly origin: WorldOrigin } & Pick<Made, 'credentials'>,
  { templates, memory, keys }: CopyParts,
): Promise<Begun> {
  const seed = credentials === 'own' ? origin.seed : seedAsIn(origin);
  const derivation = credentials === 'own' ? deriveFor(id) : null;
  const kept = derivation === null ? seed : ownSeed(seed, derivation);
  const template = await templates.of(seed);
  const { state, findings, clients } = beginningOf({ id, seed, credentials }, template, keys);
  const source = credentials === 'own' ? null : origin.kind === 'copy' ? origin.of : DEFAULT_WORLD;
  const begun = { seed, kept, source, clients, created: [] };
  if (origin.kind === 'seed') return { ...begun, state, findings, isNew: true };
  const copied = { ...begun, findings: template.findings, isNew: false };
  if (derivation === null) return { ...copied, state: origin.state };
  memory.check(keys.weightIn(origin.state));
  const clientId = await renaming({ origin, derivation, template, keys });
  const own = { rekeying: rekeyingOf(derivation, clientId), kept: () => kept };
  const { state: rekeyed, holders } = await keys.rekeyed(origin.state, own);
  const ofSeed = new Set(template.credentials.map((one) => one.id));
  return { ...copied, state: rekeyed, created: holders.filter((one) => !ofSeed.has(one.id)) };
}

/**
 * Returns the initial content of a world from its seed.
 *
 * @param seed before the world's own credentials were derived
 */
export async function beginCopy(
  made: Pick<World, 'id'> & Made,
  { templates, keys }: Pick<CopyParts, 'templates' | 'keys'>,
): Promise<Begin> {
  return beginningOf(made, await templates.of(made.seed), keys);
}

function beginningOf(
  { id, seed, credentials }: Pick<World, 'id'> & Made,
  { state, findings, clients }: Template,
  keys: Credentials,
): Begin {
  if (credentials === 'cast') return { state, findings };
  // Derived on first use: most worlds need few of them, many need none.
  const own = () => {
    const derivation = deriveFor(id);
    return { rekeying: rekeyingOf(derivation), kept: () => ownSeed(seed, derivation) };
  };
  return { state: keys.withOwn(state, own), findings, clients };
}

/** @param inWorld returns the replacement for a client id */
function rekeyingOf(derivation: Derivation, inWorld: Rekeying['clientId'] = derivation.clientId): Rekeying {
  return {
    keyHash: (derive, id) => hashSecret(derive(derivation, id)),
    secretHash: (id) => hashSecret(derivation.secret(id)),
    clientId: inWorld,
  };
}

/** The source of a copy that gets its own credentials. */
interface Copy extends Pick<CopyParts, 'keys'> {
  readonly origin: Extract<WorldOrigin, { kind: 'copy' }>;
  readonly derivation: Derivation;
  /** The template of the seed. */
  readonly template: Template;
}

/**
 * Renames the client ids of a copy. Ids from the seed are derived for the new world. In all others, the name of the
 * source world at the end is replaced, unless the new id is taken.
 */
async function renaming({ origin, derivation, template, keys }: Copy): Promise<Rekeying['clientId']> {
  const { clientIds } = await keys.of((name) => origin.state.collections.get(name)?.all ?? []);
  const { clientId: inWorld } = derivation;
  const { clientId: inSource } = deriveFor(origin.credentials === 'own' ? origin.of : DEFAULT_WORLD);
  const ofSeed = template.credentials.flatMap(({ clientId }) => clientId ?? []);
  const names = new Map(ofSeed.map((clientId) => [inSource(clientId), inWorld(clientId)]));
  const taken = new Set(names.values());
  const end = origin.of === DEFAULT_WORLD ? '' : `-${origin.of}`;
  // Client ids that end with the source world's name take precedence for the name without that end.
  const others = clientIds.filter((one) => !names.has(one));
  const inOrder = [...others.filter((one) => one.endsWith(end)), ...others.filter((one) => !one.endsWith(end))];
  await new Pacer().each(inOrder, (given) => {
    let name = inWorld(given.endsWith(end) ? given.slice(0, given.length - end.length) : given);
    if (taken.has(name)) name = inWorld(given);
    while (taken.has(name)) name = inWorld(name);
    names.set(given, name);
    taken.add(name);
  });
  return (given) => names.get(given) ?? inWorld(given);
}

/** Returns the seed of a copy that keeps the credentials of its source. */
function seedAsIn(origin: WorldOrigin): Seed {
  if (origin.kind === 'seed' || origin.credentials === 'cast') return origin.seed;
  return ownSeed(origin.seed, deriveFor(origin.of));
}

/** Creates the store of a new world. @param kept stores the world beyond the process; null if it ends with it */
export async function openStore(
  { state, seed, source }: Begun,
  { id, credentials, ttl, label, createdAt, lastUsedAt }: WorldInfo,
  kept: KeptWorlds | null,
  { memory }: Pick<StoreParts, 'memory'>,
): Promise<Store> {
  if (kept === null) return openMemory(state, memory);
  const made = provenanceText({ seed, credentials, source, label });
  return kept.make({ name: id, made, ttl, createdAt, usedAt: lastUsedAt }, completeState(state));
}
