import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { Seeding, SeedParts } from '../../contract/seed.ts';
import type { ServiceDefinition } from '../../contract/service.ts';
import type { World } from '../../contract/world.ts';
import { readFixture } from '../../lib/assets.ts';
import { readDocument } from '../../lib/document-file.ts';
import { UserError } from '../../lib/errors.ts';
import { computeMaxSeedBytes, once } from '../../lib/memory.ts';
import type { Random } from '../../lib/random.ts';
import { showValue } from '../../lib/redact.ts';
import { parseStoredJson } from '../../store/saved-row.ts';
import type { Seed, StoredSeed } from '../../store/seed.ts';
import { createSettingRow } from '../../store/settings.ts';
import { createDerivation, type Derivation } from '../../tokens/derivation.ts';
import type { Layer } from './layers.ts';

/** The name of an empty seed in options: `--seed none`. */
const NONE = 'none';
export const BUILT_IN = 'builtin';

/** The derivation of omitted credentials, which is the one of the default world. */
const DEFAULT_DERIVATION = createDerivation('default');

interface DerivableSeed extends Seed {
  readonly parts: SeedParts;
  readonly cast: Cast;
  derive(derivation: Derivation): DerivableSeed;
}

/** The readable form of a seed, with credentials. */
type Cast = Record<string, unknown>;

/** @param file or `none`, or `builtin` or null for the built-in cast @throws UserError with the errors of the file */
export async function chooseSeed(
  file: string | null,
  services: readonly ServiceDefinition[],
  random: Random,
  optionName = '--seed',
): Promise<Seed> {
  if (file === NONE) return buildSeed({}, { origin: 'file' }, services, random);
  if (file !== null && file !== BUILT_IN) {
    return createSeedFromContent(
      await readContent(file, optionName),
      `${optionName} ${showValue(file)}`,
      services,
      random,
      file,
    );
  }
  return buildSeed(await builtInParts(services), { origin: 'built-in' }, services, random);
}

/** @param value `builtin`, `none`, or the content of a seed @throws UserError with all errors */
export async function createSeedFromValue(
  value: unknown,
  services: readonly ServiceDefinition[],
  random: Random,
): Promise<Seed> {
  if (value === BUILT_IN || value === NONE) return chooseSeed(value, services, random);
  if (isParts(value)) return createSeedFromContent(value, 'the seed', services, random);
  const expected = `expected \`${BUILT_IN}\`, \`${NONE}\`, or an object in the form of \`GET /_mock/cast\`.`;
  if (value === null) throw new UserError(`The seed is null; ${expected}`);
  if (typeof value !== 'string')
    throw new UserError(`The seed is a ${Array.isArray(value) ? 'list' : typeof value}; ${expected}`);
  const text = showValue(value).slice(0, 100);
  throw new UserError(`The seed is the string \`${text}\`; ${expected} File paths are not accepted over HTTP.`);
}

/** @param name of the seed in messages @param file for line numbers and `extends` @throws UserError with all errors */
export async function createSeedFromContent(
  content: object,
  name: string,
  services: readonly ServiceDefinition[],
  random: Random,
  file: string | null = null,
): Promise<Seed> {
  if (!isParts(content)) throw createFormatError(name);
  const { parts, extended } = await readLayers(content, { name, file }, services);
  return buildSeed(parts, { origin: 'file', extended }, services, random);
}

/** Reads a seed file into a self-contained value that can be sent over HTTP. @throws UserError with all errors */
export async function readSeedValue(
  file: string,
  name: string,
  services: readonly ServiceDefinition[],
): Promise<SeedParts> {
  const content = await readContent(file, name);
  const { parts } = await readLayers(content, { name: `${name} ${showValue(file)}`, file }, services);
  const { extends: base } = content;
  // The server extends the built-in cast faster, because it has the password hashes.
  return base === undefined || base === BUILT_IN ? content : parts;
}

/** Reads a seed with the seeds it extends. The code is loaded only for a user's seed. */
async function readLayers(content: SeedParts, layer: Layer, services: readonly ServiceDefinition[]) {
  const { readSeed } = await import('./read.ts');
  const builtIn = async () => castOfParts(await builtInParts(services), services);
  return readSeed(content, layer, services, { builtIn, readContent });
}

export function restoreSeed(stored: StoredSeed, services: readonly ServiceDefinition[], random: Random): Seed {
  const { parts, extended } = parseSeed(stored);
  return buildSeed(parts, { origin: stored.origin, extended }, services, random);
}

/** Derives a seed of this module with a world's own credentials. Ids stay, and passwords are hashed only once. */
export function deriveSeed(seed: Seed, derivation: Derivation): Seed {
  if (!isDerivable(seed)) throw new TypeError('only a seed of this module can be derived for a world');
  return seed.derive(derivation);
}

export function readCast(stored: StoredSeed, services: readonly ServiceDefinition[]): Cast {
  return isDerivable(stored) ? stored.cast : castOfParts(parseSeed(stored).parts, services);
}

/** Summarizes a seed in one line: `2 users, 1 application, no service accounts, 12 NGC keys; extends builtin`. */
export function summarizeSeed(stored: StoredSeed, services: readonly ServiceDefinition[]): string {
  const { parts, extended } = parseSeed(stored);
  const counted = services.flatMap(({ name, seed }) => {
    // The part matches its schema, so its lists are arrays.
    const part = (parts[name] ?? {}) as Readonly<Record<string, readonly unknown[] | undefined>>;
    return Object.entries(seed?.lists ?? {}).flatMap(([list, { nouns }]) =>
      nouns === undefined ? [] : [{ nouns, count: part[list]?.length ?? 0 }],
    );
  });
  const summary = counted.every(({ count }) => count === 0)
    ? 'nobody'
    : counted.map(({ nouns: [one, many], count }) => `${count || 'no'} ${count === 1 ? one : many}`).join(', ');
  const from = extended.length === 0 ? '' : `; extends ${extended.join(' and ')}`;
  return `${summary}${stored.origin === 'built-in' ? '; built-in' : from}`;
}

function castOfParts(parts: SeedParts, services: readonly ServiceDefinition[]): Cast {
  return mapParts(parts, services, (seed, part) => seed.createCast(part));
}

interface Provenance {
  readonly origin: StoredSeed['origin'];
  /** The extended seeds, nearest first. They are already merged. */
  readonly extended?: readonly string[];
}

function parseSeed({ text }: StoredSeed): { readonly parts: SeedParts; readonly extended: readonly string[] } {
  // Written by this module.
  const { extends: extended = [], ...parts } = parseStoredJson<SeedParts & { readonly extends?: readonly string[] }>(
    text,
    'the row `seed` of `seed`',
  );
  return { parts, extended };
}

function buildSeed(
  validParts: SeedParts,
  provenance: Provenance,
  services: readonly ServiceDefinition[],
  random: Random,
): DerivableSeed {
  const parts = mapParts(validParts, services, (seed, part) => seed.complete?.(part, DEFAULT_DERIVATION) ?? part);
  const hashPasswords = once(async () => {
    const hashed: SeedParts = provenance.extended?.includes(BUILT_IN) === true ? await builtInParts(services) : {};
    const all = presentServices(parts, services).map(async ({ name, seed }) => {
      return [name, (await seed.hashSecrets?.(parts[name], random, hashed[name])) ?? parts[name]] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  });
  return createSeed(parts, hashPasswords, provenance, services, random);
}

/** @param hashPasswords returns the parts with password hashes */
function createSeed(
  parts: SeedParts,
  hashPasswords: () => Promise<SeedParts>,
  { origin, extended = [] }: Provenance,
  services: readonly ServiceDefinition[],
  random: Random,
): DerivableSeed {
  let cast: Cast | undefined;
  let text: string | undefined;
  let fingerprint: string | undefined;
  return {
    parts,
    origin,
    // Computed on demand: each world has its own seed, and most worlds never use it.
    get cast() {
      cast ??= castOfParts(parts, services);
      return cast;
    },
    get text() {
      text ??= JSON.stringify({ ...(extended.length > 0 && { extends: extended }), ...parts });
      return text;
    },
    // That of the cast, so that a saved cast equals the seed it came from.
    get fingerprint() {
      fingerprint ??= createHash('sha256').update(JSON.stringify(this.cast)).digest('hex');
      return fingerprint;
    },
    rows: async (now) => {
      const complete = await hashPasswords();
      const results = await Promise.all(
        presentServices(complete, services).map(({ name, seed }) =>
          seed.createRows(complete[name], now, random, complete),
        ),
      );
      const settings = results.flatMap((result) => Object.entries(result.settings ?? {}));
      return [
        ...results.flatMap(({ rows }) => rows),
        ...settings.map(([name, value]) => createSettingRow(name, value)),
      ];
    },
    derive: (derivation) => {
      const derive = (source: SeedParts) =>
        mapParts(source, services, (seed, part) => seed.derivePart?.(part, derivation) ?? part);
      const hashDerived = async () => derive(await hashPasswords());
      return createSeed(derive(parts), hashDerived, { origin, extended }, services, random);
    },
  };
}

async function builtInParts(services: readonly ServiceDefinition[]): Promise<SeedParts> {
  const parts = seededServices(services).map(async ({ name }) => [name, await readFixture(name, 'cast.json')] as const);
  return Object.fromEntries(await Promise.all(parts));
}

const HEAP_ADVICE =
  " Node's heap cannot take more; enlarge it with NODE_OPTIONS=--max-old-space-size=MEGABYTES, or remove objects.";

async function readContent(file: string, optionName: string): Promise<SeedParts> {
  const max = computeMaxSeedBytes(file.endsWith('.json') ? 'json' : 'yaml');
  const advice = extname(file) === '' ? ` Or use \`${BUILT_IN}\`.` : '';
  const content = (await readDocument(file, optionName, advice, max, HEAP_ADVICE)) ?? {};
  if (isParts(content)) return content;
  throw createFormatError(`${optionName} ${showValue(file)}`);
}

function createFormatError(name: string): UserError {
  return new UserError(`${name} must be an object in the form of \`GET /_mock/cast\`.`);
}

function isParts(value: unknown): value is SeedParts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDerivable(seed: StoredSeed): seed is DerivableSeed {
  return 'derive' in seed;
}

type SeededService = ServiceDefinition & { readonly seed: Seeding };

function seededServices(services: readonly ServiceDefinition[]): SeededService[] {
  return services.filter((service): service is SeededService => service.seed !== null);
}

/** Returns the services that have a part in a seed, in their order. */
function presentServices(parts: SeedParts, services: readonly ServiceDefinition[]): SeededService[] {
  return seededServices(services).filter(({ name }) => parts[name] !== undefined);
}

function mapParts(
  parts: SeedParts,
  services: readonly ServiceDefinition[],
  change: (seed: Seeding, part: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    presentServices(parts, services).map(({ name, seed }) => [name, change(seed, parts[name])]),
  );
}

/** Creates the current cast of a world, without bearers. @param services all services except the control API */
export function createCast({ id, credentials, origin, clock }: World, services: readonly ServiceDefinition[]) {
  const seed = credentials === 'own' ? deriveSeed(origin, createDerivation(id)) : origin;
  const cast = readCast(seed, services);
  const now = clock.now();
  // Some members depend on time, such as the state of a model.
  return mapParts(cast, services, (seeding, part) => seeding.castAt?.(part, now) ?? part);
}
