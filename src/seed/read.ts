import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { SeedFault } from '../core/seed-fault.ts';
import { Unusable } from '../core/unusable.ts';
import { linesOf } from '../lines.ts';
import type { ServiceDefinition } from '../service.ts';
import { faultSentence, seedFaults } from './check.ts';
import { extended, type Layer, type LayerFault, type Source, sourceOf, type Written, written } from './layers.ts';

type Parts = Readonly<Record<string, unknown>>;

/** Seeds that others can extend. */
export interface Bases {
  builtIn(): Promise<Parts>;
  /** @param asked what messages call the request for it */
  contentOf(file: string, asked: string): Promise<Parts>;
}

/** What a seed extends when it extends the built-in cast. */
const BUILT_IN = 'builtin';
/** How many seeds may extend each other, the built-in cast not counted. */
const MOST_LAYERS = 10;

/**
 * What somebody wrote, with what it extends, checked.
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
  const stack = await stackOf(content, layer, services, bases);
  const faults: LayerFault[] = [];
  const merged = stack.map(({ seed }) => seed).reduceRight((base, seed) => extended(base, seed, services, faults));
  const found = seedFaults(merged.value, services).map((fault) => settled(fault, merged, layer));
  const all = [...faults.map((fault) => ({ fault, at: fault as Source })), ...found];
  if (all.length > 0) throw await unusable(all, layer);
  return { parts: merged.value as Parts, extended: stack.slice(1).map(({ name }) => name) };
}

interface Stacked {
  /** As the seed above named it. */
  readonly name: string;
  readonly seed: Written;
}

/** A seed, and below it those that it extends. */
async function stackOf(
  content: Parts,
  top: Layer,
  services: readonly ServiceDefinition[],
  { builtIn, contentOf }: Bases,
): Promise<Stacked[]> {
  const stack: Stacked[] = [];
  const files: string[] = top.file === null ? [] : [top.file];
  let layer = top;
  let name = top.name;
  for (let { $schema, extends: base, ...parts } = content; ; { $schema, extends: base, ...parts } = content) {
    stack.push({ name, seed: written(parts, layer) });
    if ($schema !== undefined && typeof $schema !== 'string') throw await refused('$schema', layer, 'must be a text');
    if (base === undefined) return stack;
    if (typeof base !== 'string' || base === '') {
      throw await refused('extends', layer, `must be \`${BUILT_IN}\`, or the path of a seed file`);
    }
    name = base;
    if (base === BUILT_IN) {
      const shown = new Map(services.map((service) => [service.name, service.seed]));
      const cast = Object.entries(await builtIn()).map(([part, value]) => [part, shown.get(part)?.cast(value)]);
      stack.push({ name, seed: written(Object.fromEntries(cast), { name: 'the built-in cast', file: null }) });
      return stack;
    }
    const { file } = layer;
    if (file === null) {
      throw await refused(
        'extends',
        layer,
        `can only be \`${BUILT_IN}\` in a seed that is given as a value, because such values come over HTTP, too: write what the file holds into the value`,
      );
    }
    const next = isAbsolute(base) ? base : join(dirname(file), base);
    if (files.some((one) => resolve(one) === resolve(next))) {
      throw await refused('extends', layer, `goes in a circle: ${[...files, next].join(' -> ')}`);
    }
    if (files.length === MOST_LAYERS) {
      throw await refused('extends', layer, `makes more than ${MOST_LAYERS} files that extend each other`);
    }
    content = await contentOf(next, `${await whereOf({ layer, place: 'extends' }, top)}\`extends\``);
    files.push(next);
    layer = { name: next, file: next };
  }
}

async function refused(member: string, layer: Layer, said: string): Promise<Unusable> {
  return unusable(
    [{ fault: { place: member, message: `\`${member}\` ${said}` }, at: { layer, place: member } }],
    layer,
  );
}

interface Settled {
  readonly fault: SeedFault;
  /** Where it stands in what was written. */
  readonly at: Source;
}

/** Places with an index: those that differ between what was written and what came of it. */
const PLACE = /`([a-zA-Z]+(?:\.\w+)*\[\d+\][\w.[\]]*)`/g;

/** A fault of the merged seed, in the terms of what was written. */
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
  const told = faults.map(async ({ fault, at }) => `${await whereOf(at, top, lines)}${faultSentence(fault)}`);
  return new Unusable(`${top.name} cannot be used:\n  ${[...new Set(await Promise.all(told))].join('\n  ')}`);
}

/** Lines of files, each of which is read once however many faults it has. */
function linesOnce(): typeof linesOf {
  const read = new Map<string, ReturnType<typeof linesOf>>();
  return (file) => {
    const lines = read.get(file) ?? linesOf(file);
    read.set(file, lines);
    return lines;
  };
}

/** File and line of a place, as messages begin with them: the line alone where the file is the one that was given. */
async function whereOf({ layer, place }: Source, top: Layer, lines: typeof linesOf = linesOf): Promise<string> {
  const line = layer.file === null ? undefined : (await lines(layer.file))(place);
  const parts = [...(layer === top ? [] : [layer.name]), ...(line === undefined ? [] : [`line ${line}`])];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}
