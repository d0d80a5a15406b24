import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { readDocument } from '../config/config.ts';
import type { Seeding } from '../contract/seed.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { Unusable } from '../core/unusable.ts';
import { type Derivation, derivationOf } from '../credentials/derivation.ts';
import { fixture } from '../machine/assets.ts';
import type { Random } from '../machine/random.ts';
import { parseStored } from '../store/errors.ts';
import type { KeptSeed, Seed } from '../store/seed.ts';
import { settingRow } from '../store/settings.ts';
import { type Fill, templateOf } from './template.ts';

/** `--seed none`: a world with nobody in it. */
const NONE = 'none';
/** The built-in cast, as seeds and options name it. */
export const BUILT_IN = 'builtin';

/** A seed's content: a part for each service, by the service's name. */
export type SeedParts = Readonly<Record<string, unknown>>;

/** What credentials that were left out are derived from: the default world. */
const FIRST = derivationOf('default');

/** A seed from which other worlds can make their own. */
interface OwnableSeed extends Seed {
  readonly parts: SeedParts;
  readonly cast: Cast;
  own(derivation: Derivation): OwnableSeed;
}

/** The seed as people read it. */
type Cast = Record<string, unknown>;

/**
 * The seed that the server starts from.
 *
 * @param file a seed file, `none`, or `builtin` or null for the built-in cast
 * @param asked what messages call the request for a file
 * @throws Unusable naming what is wrong with the file
 */
export async function chooseSeed(
  file: string | null,
  services: readonly ServiceDefinition[],
  random: Random,
  asked = '--seed',
): Promise<Seed> {
  if (file === NONE) return seedOf({}, { origin: 'file' }, services, random);
  if (file !== null && file !== BUILT_IN) {
    return seedOfContent(await contentOf(file, asked), `${asked} ${file}`, services, random, file);
  }
  return seedOf(await builtInParts(services), { origin: 'built-in' }, services, random);
}

/**
 * A seed that was given as a value, such as over HTTP.
 *
 * @param value `builtin`, `none`, or a seed as a file would hold it
 * @throws Unusable naming everything that is wrong with it
 */
export async function seedOfValue(
  value: unknown,
  services: readonly ServiceDefinition[],
  random: Random,
): Promise<Seed> {
  if (value === BUILT_IN || value === NONE) return chooseSeed(value, services, random);
  if (isParts(value)) return seedOfContent(value, 'the seed', services, random);
  throw new Unusable(
    typeof value === 'string'
      ? `it is the text \`${value.slice(0, 100)}\`; expected \`${BUILT_IN}\`, \`${NONE}\`, or a seed as an object. The path of a file cannot be given over HTTP.`
      : `The seed is ${value === null ? 'null' : `a ${Array.isArray(value) ? 'list' : typeof value}`}; expected \`${BUILT_IN}\`, \`${NONE}\`, or an object, in the form of \`GET /_mock/cast\`.`,
  );
}

/**
 * The seed that somebody wrote.
 *
 * @param name what messages call it
 * @param file where it was read, for the lines of its faults and for what it extends; a seed without a file can extend
 * only `builtin`
 * @throws Unusable naming everything that is wrong with it
 */
export async function seedOfContent(
  content: object,
  name: string,
  services: readonly ServiceDefinition[],
  random: Random,
  file: string | null = null,
): Promise<Seed> {
  if (!isParts(content)) throw notParts(name);
  const { readSeed } = await import('./read.ts');
  const builtIn = () => builtInParts(services);
  const { parts, extended } = await readSeed(content, { name, file }, services, { builtIn, contentOf });
  return seedOf(parts, { origin: 'file', extended }, services, random);
}

/**
 * The content of a seed file, as a value that can be sent over HTTP: it refers to no other file.
 *
 * @param file on this machine
 * @param name what messages call the request for it
 * @throws Unusable naming everything that is wrong with the file, and with those that it extends
 */
export async function seedValueOfFile(
  file: string,
  name: string,
  services: readonly ServiceDefinition[],
): Promise<SeedParts> {
  const content = await contentOf(file, name);
  const { readSeed } = await import('./read.ts');
  const layer = { name: `${name} ${file}`, file };
  const { parts } = await readSeed(content, layer, services, { builtIn: () => builtInParts(services), contentOf });
  const { extends: base } = content;
  // The server itself extends the built-in cast faster, because it has the hashes of its passwords.
  return base === undefined || base === BUILT_IN ? content : parts;
}

/** The seed that a store kept. */
export function revivedSeed(kept: KeptSeed, services: readonly ServiceDefinition[], random: Random): Seed {
  const { parts, extended } = read(kept);
  return seedOf(parts, { origin: kept.origin, extended }, services, random);
}

/**
 * The seed with another world's own credentials; the people in it, and their ids, stay the same. What is slow to make
 * is made once for the seed and all seeds made from it.
 *
 * @param seed one that this file made
 */
export function ownSeed(seed: Seed, derivation: Derivation): Seed {
  if (!isOwnable(seed)) throw new TypeError('only a seed that was made here can be made the own one of a world');
  return seed.own(derivation);
}

/** The seed as people read it: who is who, with their credentials. */
export function castOf(kept: KeptSeed, services: readonly ServiceDefinition[]): Cast {
  return isOwnable(kept) ? kept.cast : castOfParts(read(kept).parts, services);
}

/**
 * Who is in a seed, in one line, such as `2 users, 1 application, no service accounts, 12 NGC keys; extends builtin`.
 */
export function castLine(kept: KeptSeed, services: readonly ServiceDefinition[]): string {
  const { parts, extended } = read(kept);
  const from = extended.length === 0 ? '' : `; extends ${extended.join(' and ')}`;
  return `${summaryOf(parts, services)}${kept.origin === 'built-in' ? '; built-in' : from}`;
}

/**
 * Who is in a seed, in a few words: `2 users, 1 application, no service accounts, 12 NGC keys`.
 *
 * @param parts by service
 */
function summaryOf(parts: Readonly<Record<string, unknown>>, services: readonly ServiceDefinition[]): string {
  const counted = services.flatMap(({ name, seed }) => {
    // It fits the schema, and its lists are lists.
    const part = (parts[name] ?? {}) as Readonly<Record<string, readonly unknown[] | undefined>>;
    return Object.entries(seed?.lists ?? {}).flatMap(([list, { called }]) =>
      called === undefined ? [] : [{ called, count: part[list]?.length ?? 0 }],
    );
  });
  if (counted.every(({ count }) => count === 0)) return 'nobody';
  return counted.map(({ called: [one, many], count }) => `${count || 'no'} ${count === 1 ? one : many}`).join(', ');
}

function castOfParts(parts: SeedParts, services: readonly ServiceDefinition[]): Cast {
  return changed(parts, services, (seed, part) => seed.cast(part));
}

/** Where a seed comes from, in the form in which it is kept. */
interface Provenance {
  readonly origin: KeptSeed['origin'];
  /** What it extended, nearest first; already merged. */
  readonly extended?: readonly string[];
}

function read({ text }: KeptSeed): { readonly parts: SeedParts; readonly extended: readonly string[] } {
  // The text is what this file wrote.
  const { extends: extended = [], ...parts } = parseStored<SeedParts & { readonly extends?: readonly string[] }>(
    text,
    'seed',
    'seed',
  );
  return { parts, extended };
}

/** @param given matches the schemas and has no faults */
function seedOf(
  given: SeedParts,
  provenance: Provenance,
  services: readonly ServiceDefinition[],
  random: Random,
): OwnableSeed {
  const parts = changed(given, services, (seed, part) => seed.completed?.(part, FIRST) ?? part);
  const hashed = once(async () => {
    const known: SeedParts = provenance.extended?.includes(BUILT_IN) === true ? await builtInParts(services) : {};
    const present = seeded(services).filter(({ name }) => parts[name] !== undefined);
    const all = present.map(async ({ name, seed }) => {
      return [name, (await seed.hashed?.(parts[name], random, known[name])) ?? parts[name]] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  });
  const made = { parts: () => parts, cast: () => castOfParts(parts, services), hashed };
  return completeSeed(made, provenance, services, random);
}

/** What is made of a seed when it is first needed. */
interface Made {
  readonly parts: () => SeedParts;
  readonly cast: () => Cast;
  /** The same parts with password hashes. */
  readonly hashed: () => Promise<SeedParts>;
}

function completeSeed(
  { parts, cast, hashed }: Made,
  { origin, extended = [] }: Provenance,
  services: readonly ServiceDefinition[],
  random: Random,
): OwnableSeed {
  let text: string | undefined;
  let fingerprint: string | undefined;
  const owned = (of: SeedParts, derivation: Derivation) =>
    changed(of, services, (seed, part) => seed.own?.(part, derivation) ?? part);
  /** The same for every world that is made of this seed. */
  let templates: { readonly parts: Fill<SeedParts>; readonly cast: Fill<Cast> } | undefined;
  const templatesOf = (all: SeedParts) => ({
    parts: templateOf((derivation) => owned(all, derivation)),
    cast: templateOf((derivation) => castOfParts(owned(all, derivation), services)),
  });
  return {
    get parts() {
      return parts();
    },
    get cast() {
      return cast();
    },
    // Made on demand: each world has a seed of its own, and most worlds are never used.
    get text() {
      text ??= JSON.stringify({ ...(extended.length > 0 && { extends: extended }), ...parts() });
      return text;
    },
    origin,
    get fingerprint() {
      fingerprint ??= fingerprintOf(parts(), services);
      return fingerprint;
    },
    rows: async (now) => {
      const complete = await hashed();
      const present = seeded(services).filter(({ name }) => complete[name] !== undefined);
      const made = await Promise.all(present.map(({ name, seed }) => seed.rows(complete[name], now, random, complete)));
      const settings = Object.entries(Object.assign({}, ...made.map((one) => one.settings)) as Record<string, string>);
      return [...made.flatMap(({ rows }) => rows), ...settings.map(([name, value]) => settingRow(name, value))];
    },
    own: (derivation) => {
      templates ??= templatesOf(parts());
      const fill = templates;
      const made = {
        parts: () => fill.parts(derivation),
        cast: () => fill.cast(derivation),
        hashed: async () => owned(await hashed(), derivation),
      };
      return completeSeed(made, { origin, extended }, services, random);
    },
  };
}

/**
 * Made from the cast, so that a saved cast and the seed it came from are the same; without ids that follow from names,
 * so that writing them out makes no difference.
 */
function fingerprintOf(parts: SeedParts, services: readonly ServiceDefinition[]): string {
  const bare = changed(parts, services, (seed, part) => seed.bare?.(part) ?? part);
  return createHash('sha256')
    .update(JSON.stringify(castOfParts(bare, services)))
    .digest('hex');
}

/** Keeps the result of the first call that succeeds. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | null = null;
  return () => {
    made ??= make().catch((cause: unknown) => {
      made = null;
      throw cause;
    });
    return made;
  };
}

async function builtInParts(services: readonly ServiceDefinition[]): Promise<SeedParts> {
  const parts = seeded(services).map(async ({ name }) => [name, await fixture(name, 'cast.json')] as const);
  return Object.fromEntries(await Promise.all(parts));
}

async function contentOf(file: string, asked: string): Promise<SeedParts> {
  const content = (await readDocument(file, asked, extname(file) === '' ? ` Or say \`${BUILT_IN}\`.` : '')) ?? {};
  if (isParts(content)) return content;
  throw notParts(`${asked} ${file}`);
}

function notParts(name: string): Unusable {
  return new Unusable(`${name} must be an object, in the form of \`GET /_mock/cast\`.`);
}

function isParts(value: unknown): value is SeedParts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOwnable(seed: KeptSeed): seed is OwnableSeed {
  return 'own' in seed;
}

type Seeded = ServiceDefinition & { readonly seed: Seeding };

function seeded(services: readonly ServiceDefinition[]): Seeded[] {
  return services.filter((service): service is Seeded => service.seed !== null);
}

/** The parts that exist, each changed by its service, in the order of the services. */
function changed(
  parts: SeedParts,
  services: readonly ServiceDefinition[],
  change: (seed: Seeding, part: unknown) => unknown,
): Record<string, unknown> {
  const present = seeded(services).filter(({ name }) => parts[name] !== undefined);
  return Object.fromEntries(present.map(({ name, seed }) => [name, change(seed, parts[name])]));
}
