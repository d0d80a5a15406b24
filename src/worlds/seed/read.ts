import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { SeedError, SeedParts } from '../../contract/seed.ts';
import type { ServiceDefinition } from '../../contract/service.ts';
import { createLineFinder } from '../../lib/document-file.ts';
import { UserError } from '../../lib/errors.ts';
import { showValue } from '../../lib/redact.ts';
import { findSeedErrors, MAX_DESCRIBED } from './check.ts';
import { formatSeedError } from './error-text.ts';
import {
  findSource,
  type Layer,
  type LayerError,
  mergeLayer,
  type Source,
  type SourcedValue,
  wrapLayer,
} from './layers.ts';

export interface BaseLoader {
  /** Returns the readable form, without password hashes. */
  builtIn(): Promise<SeedParts>;
  /** @param optionName the name of the option or member in messages */
  readContent(file: string, optionName: string): Promise<SeedParts>;
}

const BUILT_IN = 'builtin';
/** The maximum length of a chain of seeds, not counting the built-in cast. */
const MAX_LAYERS = 10;

/** Reads a user's seed with the seeds it extends, nearest first. @throws UserError with all errors, by file and line */
export async function readSeed(
  content: SeedParts,
  layer: Layer,
  services: readonly ServiceDefinition[],
  loader: BaseLoader,
): Promise<{ readonly parts: SeedParts; readonly extended: readonly string[] }> {
  const stack = await loadStack(content, layer.name, [layer], loader);
  const errors: LayerError[] = [];
  const merged = stack.map(({ seed }) => seed).reduceRight((base, seed) => mergeLayer(base, seed, services, errors));
  // Each layer is an object of parts, and so is the merged seed.
  const parts = merged.value as SeedParts;
  const seedErrors = findSeedErrors(parts, services);
  // Errors of the merge already have a layer.
  const all = [
    ...errors.map((error) => ({ error, source: error as Source })),
    ...seedErrors.slice(0, MAX_DESCRIBED).map((error) => locateError(error, merged, layer)),
  ];
  if (all.length > 0) throw await createLocatedError(all, layer, errors.length + seedErrors.length);
  return { parts, extended: stack.slice(1).map(({ name }) => name) };
}

/** Returns a seed, then those it extends. @param layers the chain so far, topmost first; the last has the content */
async function loadStack(
  { $schema, extends: base, ...parts }: SeedParts,
  name: string,
  layers: readonly [Layer, ...Layer[]],
  loader: BaseLoader,
): Promise<{ readonly name: string; readonly seed: SourcedValue }[]> {
  const [top] = layers;
  const layer = layers.at(-1) ?? top;
  const refuse = (place: string, sentence: string) =>
    createLocatedError([{ error: { place, message: `\`${place}\` ${sentence}` }, source: { layer, place } }], top);
  const topSeed = { name, seed: wrapLayer(parts, layer) };

  if ($schema !== undefined && typeof $schema !== 'string') throw await refuse('$schema', 'must be a text');
  if (base === undefined) return [topSeed];
  if (typeof base !== 'string' || base === '') {
    throw await refuse('extends', `must be \`${BUILT_IN}\`, or the path of a seed file`);
  }
  if (base === BUILT_IN) {
    return [
      topSeed,
      { name: base, seed: wrapLayer(await loader.builtIn(), { name: 'the built-in cast', file: null }) },
    ];
  }
  if (layer.file === null) {
    throw await refuse(
      'extends',
      `is \`${showValue(base).slice(0, 100)}\`; a seed that is not a file can extend only \`${BUILT_IN}\`. Put the content of the file into the value`,
    );
  }
  const next = isAbsolute(base) ? base : join(dirname(layer.file), base);
  const files = [...layers.map(({ file }) => file ?? ''), next];
  if (files.slice(0, -1).some((file) => resolve(file) === resolve(next))) {
    throw await refuse('extends', `is circular: ${files.join(' -> ')}`);
  }
  if (files.length > MAX_LAYERS) {
    throw await refuse('extends', `chains more than ${MAX_LAYERS} files`);
  }
  const location = await describeLocation({ layer, place: 'extends' }, top);
  // The file isn't read yet, so the message has to name the seed.
  const separator = location === '' ? ': ' : ', ';
  const prefix = layer === top ? `${top.name}${separator}${location}` : location;
  const content = await loader.readContent(next, `${prefix}\`extends\``);
  const below = await loadStack(content, base, [...layers, { name: next, file: next }], loader);
  return [topSeed, ...below];
}

interface LocatedError {
  readonly error: SeedError;
  readonly source: Source;
}

/** Places with an index, which may differ between the user's seed and the merged seed. */
const INDEXED_PLACE = /`([a-zA-Z]+(?:\.\w+)*\[\d+\][\w.[\]]*)`/g;

/** Translates an error of the merged seed to places in the user's seed. */
function locateError(error: SeedError, merged: SourcedValue, top: Layer): LocatedError {
  const at = findSource(merged, error.place);
  const message = error.message.replaceAll(INDEXED_PLACE, (_, place: string) => {
    const source = findSource(merged, place);
    return `\`${source.place}\`${source.layer === top || source.layer === at.layer ? '' : ` of ${source.layer.name}`}`;
  });
  return { error: { ...error, message }, source: at };
}

/** Creates the error with all sentences. @param count the total number of errors; `errors` may have fewer */
async function createLocatedError(
  errors: readonly LocatedError[],
  top: Layer,
  count = errors.length,
): Promise<UserError> {
  // Reads each file only once.
  const read = new Map<string, ReturnType<typeof createLineFinder>>();
  const readLines = (file: string) => {
    const lines = read.get(file) ?? createLineFinder(file);
    read.set(file, lines);
    return lines;
  };
  const rest = count - MAX_DESCRIBED;
  const sentences = errors
    .slice(0, MAX_DESCRIBED)
    .map(async ({ error, source }) => `${await describeLocation(source, top, readLines)}${formatSeedError(error)}`);
  const lines = [...new Set(await Promise.all(sentences)), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return new UserError(`${top.name} cannot be used:\n  ${lines.join('\n  ')}`);
}

/** Returns file and line of a place as the start of a message; only the line if it is in the top file. */
async function describeLocation(
  { layer, place }: Source,
  top: Layer,
  lines: typeof createLineFinder = createLineFinder,
): Promise<string> {
  const line = layer.file === null ? undefined : (await lines(layer.file))(place);
  const parts = [...(layer === top ? [] : [layer.name]), ...(line === undefined ? [] : [`line ${line}`])];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
