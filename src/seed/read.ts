import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readSourceLines } from '../config/source-lines.ts';
import type { SeedFault } from '../contract/seed.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { showValue } from '../text/redact.ts';
import { faultSentence, findSeedFaults, MAX_DESCRIBED } from './check.ts';
import { asWritten, type Layer, type LayerFault, mergeLayer, type Source, sourceOf, type Written } from './layers.ts';

type Parts = Readonly<Record<string, unknown>>;

/** Loads extended seeds. */
export interface Bases {
  /** Returns the readable form, without password hashes. */
  builtIn(): Promise<Parts>;
  /** @param asked the name of the option or member in messages */
  contentOf(file: string, asked: string): Promise<Parts>;
}

/** The name of the built-in cast in `extends`. */
const BUILT_IN = 'builtin';
/** The maximum length of a chain of seeds, not counting the built-in cast. */
const MAX_LAYERS = 10;

/**
 * Reads and validates a user's seed with the seeds it extends.
 *
 * @param content an object
 * @returns the parts by service, and the names of the extended seeds, nearest first
 * @throws Unusable with all errors, including file and line
 */
export async function readSeed(
  content: Parts,
  layer: Layer,
  services: readonly ServiceDefinition[],
  bases: Bases,
): Promise<{ readonly parts: Parts; readonly extended: readonly string[] }> {
  const stack = await stackOf(content, layer.name, [layer], bases);
  const faults: LayerFault[] = [];
  const merged = stack.map(({ seed }) => seed).reduceRight((base, seed) => mergeLayer(base, seed, services, faults));
  const found = findSeedFaults(merged.value, services);
  // Errors of the merge already have a layer.
  const all = [
    ...faults.map((fault) => ({ fault, at: fault as Source })),
    ...found.slice(0, MAX_DESCRIBED).map((fault) => locateFault(fault, merged, layer)),
  ];
  if (all.length > 0) throw await unusable(all, layer, faults.length + found.length);
  // Validated, so it is an object of parts.
  return { parts: merged.value as Parts, extended: stack.slice(1).map(({ name }) => name) };
}

interface Stacked {
  /** The name in the `extends` of the seed above. */
  readonly name: string;
  readonly seed: Written;
}

/**
 * Returns a seed followed by the seeds it extends.
 *
 * @param layers the chain so far, topmost first; the last one belongs to the content
 */
async function stackOf(
  { $schema, extends: base, ...parts }: Parts,
  name: string,
  layers: readonly [Layer, ...Layer[]],
  bases: Bases,
): Promise<Stacked[]> {
  const [top] = layers;
  const layer = layers.at(-1) ?? top;
  const refuse = (place: string, sentence: string) =>
    unusable([{ fault: { place, message: `\`${place}\` ${sentence}` }, at: { layer, place } }], top);
  const here = { name, seed: asWritten(parts, layer) };

  if ($schema !== undefined && typeof $schema !== 'string') throw await refuse('$schema', 'must be a text');
  if (base === undefined) return [here];
  if (typeof base !== 'string' || base === '') {
    throw await refuse('extends', `must be \`${BUILT_IN}\`, or the path of a seed file`);
  }
  if (base === BUILT_IN) {
    return [here, { name: base, seed: asWritten(await bases.builtIn(), { name: 'the built-in cast', file: null }) }];
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
  const where = await whereOf({ layer, place: 'extends' }, top);
  // The file isn't read yet, so the message has to name the seed.
  const named = layer !== top ? where : where === '' ? `${top.name}: ` : `${top.name}, ${where}`;
  const content = await bases.contentOf(next, `${named}\`extends\``);
  const below = await stackOf(content, base, [...layers, { name: next, file: next }], bases);
  return [here, ...below];
}

interface Settled {
  readonly fault: SeedFault;
  /** The place in the user's seed. */
  readonly at: Source;
}

/** Places with an index, which may differ between the user's seed and the merged seed. */
const PLACE = /`([a-zA-Z]+(?:\.\w+)*\[\d+\][\w.[\]]*)`/g;

/** Translates an error of the merged seed to places in the user's seed. */
function locateFault(fault: SeedFault, merged: Written, top: Layer): Settled {
  const at = sourceOf(merged, fault.place);
  const message = fault.message.replaceAll(PLACE, (_, place: string) => {
    const source = sourceOf(merged, place);
    return `\`${source.place}\`${source.layer === top || source.layer === at.layer ? '' : ` of ${source.layer.name}`}`;
  });
  return { fault: { ...fault, message }, at };
}

/** @param count the total number of errors; `faults` may have fewer */
async function unusable(faults: readonly Settled[], top: Layer, count = faults.length): Promise<Unusable> {
  const lines = linesOnce();
  const rest = count - MAX_DESCRIBED;
  const sentences = faults
    .slice(0, MAX_DESCRIBED)
    .map(async ({ fault, at }) => `${await whereOf(at, top, lines)}${faultSentence(fault)}`);
  const sentence = [...new Set(await Promise.all(sentences)), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return new Unusable(`${top.name} cannot be used:\n  ${sentence.join('\n  ')}`);
}

/** Returns a function that finds lines and reads each file only once. */
function linesOnce(): typeof readSourceLines {
  const read = new Map<string, ReturnType<typeof readSourceLines>>();
  return (file) => {
    const lines = read.get(file) ?? readSourceLines(file);
    read.set(file, lines);
    return lines;
  };
}

/** Returns file and line of a place as the start of a message; only the line if it is in the top file. */
async function whereOf(
  { layer, place }: Source,
  top: Layer,
  lines: typeof readSourceLines = readSourceLines,
): Promise<string> {
  const line = layer.file === null ? undefined : (await lines(layer.file))(place);
  const parts = [...(layer === top ? [] : [layer.name]), ...(line === undefined ? [] : [`line ${line}`])];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
