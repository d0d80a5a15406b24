import { createHash } from 'node:crypto';
import type { Seed } from '../app/world.ts';
import { fixture } from '../assets.ts';
import { readDocument } from '../config.ts';
import { Unusable } from '../core/unusable.ts';
import type { Random } from '../random.ts';
import type { ServiceDefinition } from '../service.ts';
import type { KeptSeed, WorldRecords } from '../store/world.ts';

/** `--seed none`: a world without anybody. */
const NONE = 'none';

/** A seed's content: a part for each service, by the service's name. */
type Parts = Readonly<Record<string, unknown>>;

/**
 * The seed that the server is to start from.
 *
 * @param file a world file, `none`, or null for the built-in cast
 * @throws Unusable naming what is wrong with the file
 */
export async function chooseSeed(
  file: string | null,
  services: readonly ServiceDefinition[],
  random: Random,
): Promise<Seed> {
  if (file === NONE) return seedOf({}, 'file', services, random);
  if (file !== null) return seedOfContent(await contentOf(file), `--seed ${file}`, services, random, file);
  const parts = await Promise.all(
    seeded(services).map(async ({ name }) => [name, await fixture(name, 'cast.json')] as const),
  );
  return seedOf(Object.fromEntries(parts), 'built-in', services, random);
}

/**
 * The seed that somebody wrote.
 *
 * @param name what messages call it
 * @param file where it was read, for the lines of what is wrong
 * @throws Unusable naming everything that is wrong with it
 */
export async function seedOfContent(
  content: object,
  name: string,
  services: readonly ServiceDefinition[],
  random: Random,
  file: string | null = null,
): Promise<Seed> {
  const { faultSentence, seedFaults } = await import('./check.ts');
  const faults = seedFaults(content, services);
  if (faults.length > 0) {
    const lineOf = file === null ? () => undefined : await (await import('../lines.ts')).linesOf(file);
    const told = faults.map((fault) => ({ line: lineOf(fault.place), said: faultSentence(fault) }));
    const lines = told.map(({ line, said }) => (line === undefined ? said : `line ${line}: ${said}`));
    throw new Unusable(`${name} cannot be used:\n  ${[...new Set(lines)].join('\n  ')}`);
  }
  return seedOf(content as Parts, 'file', services, random);
}

/** The seed that a store kept. */
export function revivedSeed(kept: KeptSeed, services: readonly ServiceDefinition[], random: Random): Seed {
  return seedOf(JSON.parse(kept.text) as Parts, kept.origin, services, random);
}

/** What people read of a seed: who is who, with their credentials. */
export function castOf(kept: KeptSeed, services: readonly ServiceDefinition[]): Record<string, unknown> {
  return castOfParts(JSON.parse(kept.text) as Parts, services);
}

function castOfParts(parts: Parts, services: readonly ServiceDefinition[]): Record<string, unknown> {
  const casts = seeded(services)
    .filter(({ name }) => parts[name] !== undefined)
    .map(({ name, seed }) => [name, seed.cast(parts[name])]);
  return Object.fromEntries(casts);
}

function seedOf(parts: Parts, origin: Seed['origin'], services: readonly ServiceDefinition[], random: Random): Seed {
  return {
    text: JSON.stringify(parts),
    origin,
    // Of the cast, so that a saved cast and the seed it came from are the same.
    fingerprint: createHash('sha256')
      .update(JSON.stringify(castOfParts(parts, services)))
      .digest('hex'),
    records: async (now) => {
      const present = seeded(services).filter(({ name }) => parts[name] !== undefined);
      return merged(await Promise.all(present.map(({ name, seed }) => seed.records(parts[name], now, random, parts))));
    },
  };
}

function merged(records: readonly WorldRecords[]): WorldRecords {
  return {
    identities: records.flatMap(({ identities = [] }) => identities),
    accessKeys: records.flatMap(({ accessKeys = [] }) => accessKeys),
    oauthClients: records.flatMap(({ oauthClients = [] }) => oauthClients),
    organizations: records.flatMap(({ organizations = [] }) => organizations),
    ngcUsers: records.flatMap(({ ngcUsers = [] }) => ngcUsers),
    ngcKeys: records.flatMap(({ ngcKeys = [] }) => ngcKeys),
    objects: records.flatMap(({ objects = [] }) => objects),
    settings: Object.assign({}, ...records.map(({ settings }) => settings)),
  };
}

async function contentOf(file: string): Promise<object> {
  const content = (await readDocument(file, '--seed')) ?? {};
  if (typeof content === 'object' && !Array.isArray(content)) return content;
  throw new Unusable(`--seed ${file} must hold a part for each service, as \`GET /_mock/cast\` shows it.`);
}

type Seeded = ServiceDefinition & { readonly seed: NonNullable<ServiceDefinition['seed']> };

function seeded(services: readonly ServiceDefinition[]): Seeded[] {
  return services.filter((service): service is Seeded => service.seed !== null);
}
