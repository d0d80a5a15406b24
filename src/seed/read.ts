import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readSourceLines } from '../config/source-lines.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { SeedFault } from '../core/seed-fault.ts';
import { Unusable } from '../core/unusable.ts';
import { faultSentence, findSeedFaults } from './check.ts';
import { asWritten, type Layer, type LayerFault, mergeLayer, type Source, sourceOf, type Written } from './layers.ts';

type Parts = Readonly<Record<string, unknown>>;

/** Seeds that others can extend. */
export interface Bases {
  builtIn(): Promise<Parts>;
  /** @param asked what messages call the request for it */
  contentOf(file: string, asked: string): Promise<Parts>;
}

/** The name by which a seed extends the built-in cast. */
const BUILT_IN = 'builtin';
/** How many seeds may extend each other, not counting the built-in cast. */
const MOST_LAYERS = 10;

/**
 * Reads and checks what somebody wrote, together with what it extends.
 *
 * @param content an object
 * @returns the parts by service, and the names of what was extended, nearest first
 * @throws Unusable naming everything that is wrong, with file and line
 */
export async function readSeed(
  content: Parts,
  layer: Layer,
  services: readonly ServiceDefinition[],
  bases: Bases,
): Promise<{ readonly parts: Parts; readonly extended: readonly string[] }> {
  const stack = await stackOf(content, layer.name, [layer], services, bases);
  const faults: LayerFault[] = [];
  const merged = stack.map(({ seed }) => seed).reduceRight((base, seed) => mergeLayer(base, seed, services, faults));
  const found = findSeedFaults(merged.value, services).map((fault) => settled(fault, merged, layer));
  // A fault of merging names its layer.
  const all = [...faults.map((fault) => ({ fault, at: fault as Source })), ...found];
  if (all.length > 0) throw await unusable(all, layer);
  // It fits the schemas, so it is an object of parts.
  return { parts: merged.value as Parts, extended: stack.slice(1).map(({ name }) => name) };
}

interface Stacked {
  /** The name that the seed above gave it. */
  readonly name: string;
  readonly seed: Written;
}

/**
 * A seed, and below it those that it extends.
 *
 * @param layers those that led here, topmost first; the last is the content's own
 */
async function stackOf(
  { $schema, extends: base, ...parts }: Parts,
  name: string,
  layers: readonly [Layer, ...Layer[]],
  services: readonly ServiceDefinition[],
  bases: Bases,
): Promise<Stacked[]> {
  const [top] = layers;
  const layer = layers.at(-1) ?? top;
  const refused = (place: string, said: string) =>
    unusable([{ fault: { place, message: `\`${place}\` ${said}` }, at: { layer, place } }], top);
  const here = { name, seed: asWritten(parts, layer) };

  if ($schema !== undefined && typeof $schema !== 'string') throw await refused('$schema', 'must be a text');
  if (base === undefined) return [here];
  if (typeof base !== 'string' || base === '') {
    throw await refused('extends', `must be \`${BUILT_IN}\`, or the path of a seed file`);
  }
  if (base === BUILT_IN) {
    const cast = castOf(await bases.builtIn(), services);
    return [here, { name: base, seed: asWritten(cast, { name: 'the built-in cast', file: null }) }];
  }
  if (layer.file === null) {
    throw await refused(
      'extends',
      `is \`${base.slice(0, 100)}\`; a seed that is given as a value can extend \`${BUILT_IN}\` only, not a file. Put the content of the file into the value`,
    );
  }
  const next = isAbsolute(base) ? base : join(dirname(layer.file), base);
  const files = [...layers.map(({ file }) => file ?? ''), next];
  if (files.slice(0, -1).some((file) => resolve(file) === resolve(next))) {
    throw await refused('extends', `goes in a circle: ${files.join(' -> ')}`);
  }
  if (files.length > MOST_LAYERS) {
    throw await refused('extends', `makes more than ${MOST_LAYERS} files that extend each other`);
  }
  const where = await whereOf({ layer, place: 'extends' }, top);
  // The files are not read yet, so nothing before this says which one it is.
  const named = layer !== top ? where : where === '' ? `${top.name}: ` : `${top.name}, ${where}`;
  const content = await bases.contentOf(next, `${named}\`extends\``);
  const below = await stackOf(content, base, [...layers, { name: next, file: next }], services, bases);
  return [here, ...below];
}

/** The parts as people read them, without what is made from passwords. */
function castOf(parts: Parts, services: readonly ServiceDefinition[]): Parts {
  const shown = services.filter(({ name }) => parts[name] !== undefined);
  return Object.fromEntries(shown.map(({ name, seed }) => [name, seed?.cast(parts[name])]));
}

interface Settled {
  readonly fault: SeedFault;
  /** Where it is in what was written. */
  readonly at: Source;
}

/** Nobody reads more faults at once, and answers must be bounded. */
const MOST_TOLD = 100;

/** Places with an index, which may differ between what was written and the merged seed. */
const PLACE = /`([a-zA-Z]+(?:\.\w+)*\[\d+\][\w.[\]]*)`/g;

/** A fault of the merged seed, in terms of what was written. */
function settled(fault: SeedFault, merged: Written, top: Layer): Settled {
  const at = sourceOf(merged, fault.place);
  const message = fault.message.replaceAll(PLACE, (_, place: string) => {
    const source = sourceOf(merged, place);
    return `\`${source.place}\`${source.layer === top || source.layer === at.layer ? '' : ` of ${source.layer.name}`}`;
  });
  return { fault: { ...fault, message }, at };
}

async function unusable(faults: readonly Settled[], top: Layer): Promise<Unusable> {
  const lines = linesOnce();
  const rest = faults.length - MOST_TOLD;
  const told = faults
    .slice(0, MOST_TOLD)
    .map(async ({ fault, at }) => `${await whereOf(at, top, lines)}${faultSentence(fault)}`);
  const said = [...new Set(await Promise.all(told)), ...(rest > 0 ? [`and ${rest} more`] : [])];
  return new Unusable(`${top.name} cannot be used:\n  ${said.join('\n  ')}`);
}

/** Finds lines in files, reading each file once however many faults it has. */
function linesOnce(): typeof readSourceLines {
  const read = new Map<string, ReturnType<typeof readSourceLines>>();
  return (file) => {
    const lines = read.get(file) ?? readSourceLines(file);
    read.set(file, lines);
    return lines;
  };
}

/** File and line of a place, for the beginning of a message; only the line if the file is the one that was given. */
async function whereOf(
  { layer, place }: Source,
  top: Layer,
  lines: typeof readSourceLines = readSourceLines,
): Promise<string> {
  const line = layer.file === null ? undefined : (await lines(layer.file))(place);
  const parts = [...(layer === top ? [] : [layer.name]), ...(line === undefined ? [] : [`line ${line}`])];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
