import { ask } from '../../control-api/client.ts';
import type { FidelityReport, RecordedRequest } from '../../control-api/types.ts';
import { useLoaded } from '../../parts/loaded.tsx';

type Stage = FidelityReport['reasons'][number]['stage'];

/** The steps of every request, in the order of the server. */
type Step = 'route' | Stage;

const TITLES: Readonly<Record<Step, string>> = {
  route: 'Route',
  authenticate: 'Credential',
  decide: 'Rights',
  validate: 'Body',
  cover: 'Resource',
  handle: 'Answer',
};

const STEPS: readonly Step[] = ['route', 'authenticate', 'decide', 'validate', 'cover', 'handle'];
/** Air says that an object does not exist before it reads the body. */
const STEPS_OF_AIR: readonly Step[] = ['route', 'authenticate', 'decide', 'cover', 'validate', 'handle'];

/** `none`: the request did not come to it. */
type Mark = 'passed' | 'refused' | 'none';

const SIGNS: Readonly<Record<Mark, string>> = { passed: '✓', refused: '✗', none: '' };
const SPOKEN: Readonly<Record<Mark, string>> = { passed: 'passed', refused: 'refused here', none: 'not reached' };

const stages: { read: Promise<ReadonlyMap<string, Stage>> | null } = { read: null };

/** The step that refuses for each reason, which stays the same for as long as the server runs. */
function readStages(): Promise<ReadonlyMap<string, Stage>> {
  stages.read ??= ask<FidelityReport>('GET', '/_mock/fidelity').then(
    ({ reasons }) => new Map(reasons.map(({ reason, stage }) => [reason, stage])),
    (fault) => {
      stages.read = null;
      throw fault;
    },
  );
  return stages.read;
}

/** Which steps a request passed, and which of them refused it. */
export function Steps({ request }: { readonly request: RecordedRequest }) {
  const loaded = useLoaded(async () => (request.reason === null ? null : await readStages()), []);
  if (loaded === null || 'fault' in loaded) return <ol class="steps" aria-hidden="true" />;
  const stage = request.reason === null ? undefined : loaded.value?.get(request.reason);
  const steps = request.service === 'air' ? STEPS_OF_AIR : STEPS;
  const failing = failingStep(request, stage);
  const reached = isReplaced(request) ? 1 : failing === null ? steps.length : steps.indexOf(failing);
  // A world that observes lets pass what it would refuse.
  const isEnforced = request.wouldBe === undefined || request.reason === null || request.fault !== null;
  const markOf = (step: Step, index: number): Mark => {
    if (step === failing) return 'refused';
    return index < reached || !isEnforced ? 'passed' : 'none';
  };
  return (
    <ol class="steps" aria-label="Steps of the decision">
      {steps.map((step, index) => {
        const mark = markOf(step, index);
        return (
          <li key={step} class={mark}>
            <span class="dot" aria-hidden="true">
              {SIGNS[mark]}
            </span>
            {TITLES[step]}
            <span class="unseen">: {step === failing && !isEnforced ? 'would be refused here' : SPOKEN[mark]}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Did a fault answer in place of the steps? */
function isReplaced({ fault, wouldBe, reason, done }: RecordedRequest): boolean {
  return fault !== null && wouldBe === undefined && reason === null && !done;
}

/** Statuses of requests that could not be read. */
const MALFORMED: readonly (number | null)[] = [400, 413, 415, 422];

/** The step at which a request failed; null if it did not. @param stage that of its reason */
function failingStep({ status, operation, fault }: RecordedRequest, stage: Stage | undefined): Step | null {
  if (stage !== undefined) return stage;
  const isRefused = status === null || status >= 400;
  if (!isRefused) return null;
  // A fault replaced the answer.
  if (fault !== null) return 'handle';
  if (operation === null) return 'route';
  return MALFORMED.includes(status) ? 'validate' : 'handle';
}
