import fc from 'fast-check';
import type { Live } from './live.ts';

/** All states of a model that agree with the responses so far; the order of concurrent requests is unknown. */
export interface Possible<Model extends object> {
  models: readonly [Model, ...Model[]];
}

/** A step on a server and in its model, which are compared afterwards. */
export type Step<Model extends object> = fc.AsyncCommand<Possible<Model>, Live>;

/** Creates a step that is not a request. */
export function createEventStep<Model extends object>(
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

/** Creates a step that restarts the server with its file. @param change removes from the model what ends with the process */
export function createRestartStep<Model extends object>(
  change: (model: Model) => void = () => {},
): fc.Arbitrary<Step<Model>> {
  return fc.constant(createEventStep('the server restarts', (live) => live.restart(), change));
}

/** Creates a step that advances the clock of the machine by one of these times in milliseconds. */
export function createTimeStep<Model extends { real: number }>(...times: readonly number[]): fc.Arbitrary<Step<Model>> {
  const act = (time: number) => async (live: Live) => live.clock.set(live.clock.now() + time);
  return fc.constantFrom(...times).map((time) =>
    createEventStep(`${time} ms pass`, act(time), (model: Model) => {
      model.real += time;
    }),
  );
}

/** The definition of a model, and its comparison. */
export interface Definition<Model extends object, Setup> {
  readonly name: string;
  /** The initial conditions that vary from run to run. */
  readonly setup: fc.Arbitrary<Setup>;
  readonly begin: (setup: Setup) => Promise<{ readonly model: Model; readonly live: Live }>;
  readonly steps: fc.Arbitrary<Step<Model>>;
  /** Compares a model and a server after every step. @throws on a difference */
  readonly compare: (model: Model, live: Live) => Promise<void>;
  /** The outcomes that must occur in any 200 runs. */
  readonly outcomes: readonly string[];
}

export interface Runs {
  readonly runs: number;
  /** The seed of all runs. */
  readonly seed: number;
  /** Runs only this history, as a failure reports it. */
  readonly path?: string | undefined;
  /** Receives the number of finished runs. */
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
  /** @throws Error with the shortest list of steps after which the server and the model differ */
  check(runs: Runs): Promise<Figures>;
}

const MAX_STEPS = 40;

/** How long a failing history is shortened, in milliseconds. */
const SHRINKING = 60_000;

export function defineModel<Model extends object, Setup>(definition: Definition<Model, Setup>): Modelled {
  const { name, outcomes } = definition;
  return { name, outcomes, check: (runs) => runChecks(definition, runs) };
}

async function runChecks<Model extends object, Setup>(
  { name, setup, begin, steps, compare }: Definition<Model, Setup>,
  { runs, seed, path: replayed, progress }: Runs,
): Promise<Figures> {
  const [path, replayPath] = replayed?.split(' ') ?? [];
  const outcomes = new Map<string, number>();
  let count = 0;
  let finished = 0;
  // Each later failure has fewer steps.
  let failure: { readonly text: string; readonly cause: unknown } | null = null;
  let until = Number.POSITIVE_INFINITY;

  const run = async (drawnSetup: Setup, commands: Iterable<Step<Model>>): Promise<void> => {
    if (performance.now() > until) return;
    const done: Step<Model>[] = [];
    const { model, live } = await begin(drawnSetup);
    const compared = [...commands].map(
      (step): Step<Model> => ({
        toString: () => String(step),
        check: (now) => step.check(now),
        run: async (now, real) => {
          done.push(step);
          await step.run(now, real);
          now.models = await filterMatching(now.models, (candidate) => compare(candidate, real));
        },
      }),
    );
    try {
      await compare(model, live);
      await fc.asyncModelRun(() => ({ model: { models: [model] as const }, real: live }), compared);
    } catch (cause) {
      until = Math.min(until, performance.now() + SHRINKING);
      failure = { text: formatHistory(drawnSetup, done.map(String)), cause };
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
  const at = formatPath(result.counterexamplePath, result.counterexample?.[1]);
  const again = `MODEL_SEED=${seed} MODEL_PATH='${at}' npm run models -- -t '${name}'`;
  throw new Error(`${name}: the server is not as the model says\n${text}\nThe same once more: ${again}\n`, { cause });
}

/** Returns the models that match the server. @throws the difference of the first model if there is none */
async function filterMatching<Model extends object>(
  models: Possible<Model>['models'],
  compare: (model: Model) => Promise<void>,
): Promise<Possible<Model>['models']> {
  const matching: Model[] = [];
  const faults: unknown[] = [];
  for (const model of models) {
    await compare(model).then(
      () => matching.push(model),
      (fault: unknown) => faults.push(fault),
    );
  }
  const [first, ...others] = matching;
  if (first === undefined) throw faults[0];
  return [first, ...others];
}

function formatHistory(setup: unknown, done: readonly string[]): string {
  const begin = setup === undefined ? [] : [`  with ${fc.stringify(setup)}`];
  return [...begin, ...done.map((text, index) => `  ${index + 1}. ${text}`)].join('\n');
}

/** Formats the path of a failure: the path of the library, and the commands that were run. */
function formatPath(path: string | null, commands: unknown): string {
  const [, ran = ''] = /replayPath="([^"]*)"/.exec(String(commands)) ?? [];
  return `${path} ${ran}`;
}
