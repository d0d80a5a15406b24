import type { CredentialReplacer, Holder } from '../contract/credentials.ts';
import type { World } from '../contract/world.ts';
import { Pacer } from '../lib/pacer.ts';
import { DEFAULT_WORLD } from '../lib/world-id.ts';
import type { Seed } from '../store/seed.ts';
import type { State } from '../store/state.ts';
import type { StateMemory } from '../store/state-memory.ts';
import { createDerivation, type Derivation } from '../tokens/derivation.ts';
import { hashSecret } from '../tokens/secret.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import { deriveSeed } from './seed/index.ts';
import type { FilledStore, InitialState } from './seed-states.ts';
import type { Template, Templates } from './templates.ts';

export type WorldOrigin =
  | { readonly kind: 'seed'; readonly seed: Seed }
  | (SeedAndCredentials & { readonly kind: 'copy'; readonly state: State; readonly of: string });

export interface SeedAndCredentials {
  /** The seed with the credentials of the cast, even if the world has its own. */
  readonly seed: Seed;
  readonly credentials: World['credentials'];
}

export interface InitialContent extends Pick<FilledStore, 'isNew'> {
  readonly state: State;
  /** The seed with the credentials of the cast. */
  readonly seed: Seed;
  /** The world that shares its credentials; null if the world has its own. */
  readonly source: string | null;
  /** See `InitialState.clients`. */
  readonly clients: SeedClients | undefined;
  /** For a copy with its own credentials: the objects created since the seed, with their new secrets. */
  readonly created: readonly Holder[];
}

/** Creates the content of a new world: a copy of its seed's template, or of another world. */
export async function createInitialContent(
  { id, origin, credentials }: Pick<World, 'id' | 'credentials'> & { readonly origin: WorldOrigin },
  {
    templates,
    memory,
    keys,
  }: { readonly templates: Templates; readonly memory: StateMemory; readonly keys: Credentials },
): Promise<InitialContent> {
  const isOwn = credentials === 'own';
  const seed = isOwn ? origin.seed : seedOfOrigin(origin);
  const derivation = isOwn ? createDerivation(id) : null;
  const sharedWith = origin.kind === 'copy' ? origin.of : DEFAULT_WORLD;
  const template = await templates.of(seed);
  const { state, clients } = stateFromTemplate({ id, seed, credentials }, template, keys);
  const content = { seed, source: isOwn ? null : sharedWith, clients, created: [] };
  if (origin.kind === 'seed') return { ...content, state, isNew: true };
  const copy = { ...content, isNew: false };
  if (derivation === null) return { ...copy, state: origin.state };
  memory.assertRoom(keys.weigh(origin.state));
  const clientId = await mapClientIds(origin, derivation, template, keys);
  const ownCredentials = {
    rekeying: createRekeying(derivation, clientId),
    storedSeed: () => deriveSeed(seed, derivation),
  };
  const { state: rekeyed, holders } = await keys.rekey(origin.state, ownCredentials);
  const idsInSeed = new Set(template.credentials.map((holder) => holder.id));
  return { ...copy, state: rekeyed, created: holders.filter((holder) => !idsInSeed.has(holder.id)) };
}

/** Creates the state of a world from the template of its seed, at its creation and at every reset. */
export function stateFromTemplate(
  { id, seed, credentials }: Pick<World, 'id'> & SeedAndCredentials,
  { state, clients }: Template,
  keys: Credentials,
): InitialState {
  if (credentials === 'cast') return { state };
  // Derived on first use, because most worlds use few of their credentials.
  const createOwn = () => {
    const derivation = createDerivation(id);
    return { rekeying: createRekeying(derivation), storedSeed: () => deriveSeed(seed, derivation) };
  };
  return { state: keys.withOwnCredentials(state, createOwn), clients };
}

/** @param clientId returns the replacement for a client id */
function createRekeying(
  derivation: Derivation,
  clientId: CredentialReplacer['clientId'] = derivation.clientId,
): CredentialReplacer {
  return {
    keyHash: (derive, id) => hashSecret(derive(derivation, id)),
    secretHash: (id) => hashSecret(derivation.secret(id)),
    clientId,
  };
}

/** Chooses client ids for a copy: derived, if they are the seed's; others get the suffix of the new world's name. */
async function mapClientIds(
  origin: Extract<WorldOrigin, { kind: 'copy' }>,
  derivation: Derivation,
  template: Template,
  keys: Credentials,
): Promise<CredentialReplacer['clientId']> {
  const { clientIds } = await keys.of((name) => origin.state.collections.get(name)?.all ?? []);
  const { clientId: inWorld } = derivation;
  const { clientId: inSource } = createDerivation(origin.credentials === 'own' ? origin.of : DEFAULT_WORLD);
  const idsInSeed = template.credentials.flatMap(({ clientId }) => clientId ?? []);
  const replacements = new Map(idsInSeed.map((clientId) => [inSource(clientId), inWorld(clientId)]));
  const taken = new Set(replacements.values());
  const suffix = origin.of === DEFAULT_WORLD ? '' : `-${origin.of}`;
  const hasSuffix = (clientId: string) => clientId.endsWith(suffix);
  const others = clientIds.filter((clientId) => !replacements.has(clientId));
  // Ids with the suffix come first: they have precedence over ids that equal theirs without the suffix.
  const inOrder = [...others.filter(hasSuffix), ...others.filter((clientId) => !hasSuffix(clientId))];
  await new Pacer().each(inOrder, (before) => {
    let after = inWorld(hasSuffix(before) ? before.slice(0, before.length - suffix.length) : before);
    if (taken.has(after)) after = inWorld(before);
    while (taken.has(after)) after = inWorld(after);
    replacements.set(before, after);
    taken.add(after);
  });
  return (before) => replacements.get(before) ?? inWorld(before);
}

function seedOfOrigin(origin: WorldOrigin): Seed {
  if (origin.kind === 'seed' || origin.credentials === 'cast') return origin.seed;
  return deriveSeed(origin.seed, createDerivation(origin.of));
}
