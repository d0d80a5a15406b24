import fc from 'fast-check';
import type { Live } from './live.ts';

/** All states of a model that fit whatever a server has answered so far: of requests at once, the order is not seen. */
export interface Possible<Model extends object> {
  models: readonly [Model, ...Model[]];
}

/** Something that happens on a server and in a model of it, and is compared. */
export type Step<Model extends object> = fc.AsyncCommand<Possible<Model>, Live>;

/** A step that is no request: something is done to a server from outside, and in a model. */
export function event<Model extends object>(
  text: string,
  act: (live: Live) => Promise<void>,
  change: (model: Model) => void,
): Step<Model> {
  return {
    check: () => true,
    run: async ({ models }, live) => {
      await act(live);
      for (const model of models) change(model);
    },
    toString: () => text,
  };
}

/** The server is closed, and built again from its file. @param change what ends with the process */
export function restarting<Model extends object>(change: (model: Model) => void = () => {}): fc.Arbitrary<Step<Model>> {
  return fc.constant(event('the server restarts', (live) => live.restart(), change));
}

/** The machine's clock runs on, by one of these times in milliseconds. */
export function passing<Model extends { real: number }>(...times: readonly number[]): fc.Arbitrary<Step<Model>> {
  const act = (time: number) => async (live: Live) => live.clock.set(live.clock.now() + time);
  return fc.constantFrom(...times).map((time) =>
    event(`${time} ms pass`, act(time), (model: Model) => {
      model.real += time;
    }),
  );
}

/** What a model is of, and how it is compared. */
export interface Definition<Model extends object, Setup> {
  readonly name: string;
  /** What is different from run to run before anything happens. */
  readonly setup: fc.Arbitrary<Setup>;
  readonly begin: (setup: Setup) => Promise<{ readonly model: Model; readonly live: Live }>;
  readonly steps: fc.Arbitrary<Step<Model>>;
  /** Looks at the whole of both, after every step. @throws whatever says what is different */
  readonly compare: (model: Model, live: Live) => Promise<void>;
  /** What comes of some step in any 200 runs: a model that never gets there says nothing about it. */
  readonly outcomes: readonly string[];
}

export interface Runs {
  readonly runs: number;
  /** Decides all of them. */
  readonly seed: number;
  /** Only this one, as a failure names it. */
  readonly path?: string | undefined;
  /** Is told how many are done. */
  readonly progress?: (runs: number) => void;
}

export interface Figures {
  readonly steps: number;
  readonly outcomes: ReadonlyMap<string, number>;
}

/** A model that is ready to be compared with servers. */
export interface Modelled {
  readonly name: string;
  readonly outcomes: readonly string[];
  /** @throws Error with the shortest list of steps after which the server is not as the model says */
  check(runs: Runs): Promise<Figures>;
}

const MAX_STEPS = 40;

/** How long fewer steps are looked for that fail, too, in milliseconds. */
const SHRINKING = 60_000;

export function modelled<Model extends object, Setup>(definition: Definition<Model, Setup>): Modelled {
  const { name, outcomes } = definition;
  return { name, outcomes, check: (runs) => checked(definition, runs) };
}

async function checked<Model extends object, Setup>(
  { name, setup, begin, steps, compare }: Definition<Model, Setup>,
  { runs, seed, path: replayed, progress }: Runs,
): Promise<Figures> {
  const [path, replayPath] = replayed?.split(' ') ?? [];
  const outcomes = new Map<string, number>();
  let count = 0;
  let finished = 0;
  // Each failure that is found is of fewer steps than the one before it.
  let failure: { readonly text: string; readonly cause: unknown } | null = null;
  let until = Number.POSITIVE_INFINITY;

  const run = async (given: Setup, commands: Iterable<Step<Model>>): Promise<void> => {
    if (performance.now() > until) return;
    const done: Step<Model>[] = [];
    const { model, live } = await begin(given);
    const compared = [...commands].map(
      (one): Step<Model> => ({
        toString: () => String(one),
        check: (now) => one.check(now),
        run: async (now, real) => {
          done.push(one);
          await one.run(now, real);
          now.models = await alike(now.models, (one) => compare(one, real));
        },
      }),
    );
    try {
      await compare(model, live);
      await fc.asyncModelRun(() => ({ model: { models: [model] as const }, real: live }), compared);
    } catch (cause) {
      until = Math.min(until, performance.now() + SHRINKING);
      failure = { text: listed(given, done.map(String)), cause };
      throw cause;
    } finally {
      await live.end();
    }
    count += done.length;
    finished += 1;
    progress?.(finished);
    for (const [outcome, times] of live.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
  };

  const commands = fc.commands([steps], {
    maxCommands: MAX_STEPS,
    size: 'max',
    ...(replayPath !== undefined && { replayPath }),
  });
  const parameters = { seed, numRuns: runs, ...(path !== undefined && { path }) };
  const result = await fc.check(fc.asyncProperty(setup, commands, run), parameters);
  if (!result.failed) return { steps: count, outcomes };
  const { text, cause } = failure ?? { text: '', cause: result.errorInstance };
  const at = pathOf(result.counterexamplePath, result.counterexample?.[1]);
  const again = `MODEL_SEED=${seed} MODEL_PATH='${at}' npm run models -- -t '${name}'`;
  throw new Error(`${name}: the server is not as the model says\n${text}\nThe same once more: ${again}\n`, { cause });
}

/** Those that are like the server. @throws what is different in the first one, if there is none */
async function alike<Model extends object>(
  models: Possible<Model>['models'],
  compare: (model: Model) => Promise<void>,
): Promise<Possible<Model>['models']> {
  const found: Model[] = [];
  const faults: unknown[] = [];
  for (const model of models) {
    await compare(model).then(
      () => found.push(model),
      (fault: unknown) => faults.push(fault),
    );
  }
  const [first, ...others] = found;
  if (first === undefined) throw faults[0];
  return [first, ...others];
}

function listed(setup: unknown, done: readonly string[]): string {
  const begin = setup === undefined ? [] : [`  with ${fc.stringify(setup)}`];
  return [...begin, ...done.map((text, index) => `  ${index + 1}. ${text}`)].join('\n');
}

/** Where in a seed a failure is: the library needs its own path, and which of the commands were run. */
function pathOf(path: string | null, commands: unknown): string {
  const [, ran = ''] = /replayPath="([^"]*)"/.exec(String(commands)) ?? [];
  return `${path} ${ran}`;
}
