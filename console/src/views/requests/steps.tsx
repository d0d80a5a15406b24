import type { RecordedRequest } from '../../control-api/client.ts';
import { type Ruleset, readRuleset } from '../../state/rulesets.ts';

type Stage = Ruleset['reasons'][number]['stage'];

/** The steps of a request, in the order of the server. */
type Step = 'route' | Stage;

const TITLES: Readonly<Record<Step, string>> = {
  route: 'Route',
  authenticate: 'Credential',
  decide: 'Rights',
  validate: 'Body',
  cover: 'Resource',
  handle: 'Response',
};

const STEPS: readonly Step[] = ['route', 'authenticate', 'decide', 'validate', 'cover', 'handle'];
/** Air reports a missing object before it reads the body. */
const STEPS_OF_AIR: readonly Step[] = ['route', 'authenticate', 'decide', 'cover', 'validate', 'handle'];

/** The outcome of a step. `none`: the request did not reach it. */
type Mark = 'passed' | 'refused' | 'none';

const SIGNS: Readonly<Record<Mark, string>> = { passed: '✓', refused: '✗', none: '' };
const SPOKEN_TEXTS: Readonly<Record<Mark, string>> = { passed: 'passed', refused: 'refused here', none: 'not reached' };

/** The refusing step of each reason. */
export type Stages = ReadonlyMap<string, Stage>;

/** Reads the stages of the reasons of a request's service. @throws like the control API */
export async function readStages({ service }: RecordedRequest): Promise<Stages> {
  if (service === null) return new Map();
  const { reasons } = await readRuleset(service);
  return new Map(reasons.map(({ reason, stage }) => [reason, stage]));
}

/**
 * Shows which steps a request passed, and which one refused it.
 *
 * @param props.before the refused request that was fixed and resent: steps that pass now turn green
 */
export function Steps(props: {
  readonly request: RecordedRequest;
  readonly stages: Stages;
  readonly before?: RecordedRequest | undefined;
}) {
  const { request, stages, before = request } = props;
  const steps = request.service === 'air' ? STEPS_OF_AIR : STEPS;
  const previousMarks = findMarks(before, steps, stages);
  return (
    <ol class="steps" aria-label="Steps of the decision">
      {findMarks(request, steps, stages).map((mark, index) => {
        const step = steps[index] ?? 'route';
        const previousMark = previousMarks[index];
        const isFixed = mark === 'passed' && previousMark !== 'passed';
        return (
          <li key={step} class={isFixed ? `${mark} mended was-${previousMark}` : mark} style={{ '--at': index }}>
            <span class="dot" aria-hidden="true">
              {SIGNS[mark]}
            </span>
            {TITLES[step]}
            <span class="unseen">
              : {SPOKEN_TEXTS[mark]}
              {isFixed && previousMark === 'refused' && ', was refused here before'}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function findMarks(request: RecordedRequest, steps: readonly Step[], stages: Stages): readonly Mark[] {
  const stage = request.reason === null ? undefined : stages.get(request.reason);
  const failing = findFailingStep(request, stage);
  const reachedCount = countReached(request, steps, failing);
  return steps.map((step, index) => (step === failing ? 'refused' : index < reachedCount ? 'passed' : 'none'));
}

function countReached(request: RecordedRequest, steps: readonly Step[], failing: Step | null): number {
  // A fault takes effect after the route.
  if (isReplaced(request)) return 1;
  return failing === null ? steps.length : steps.indexOf(failing);
}

function isReplaced({ fault, statusWithoutFault, reason, done }: RecordedRequest): boolean {
  return fault !== null && statusWithoutFault === undefined && reason === null && !done;
}

const MALFORMED_STATUSES: readonly (number | null)[] = [400, 413, 415, 422];

/** Returns the step that failed; null if none did. @param stage the step of its reason */
function findFailingStep({ status, operation, fault }: RecordedRequest, stage: Stage | undefined): Step | null {
  if (stage !== undefined) return stage;
  const isRefused = status === null || status >= 400;
  if (!isRefused) return null;
  // A fault replaced the response.
  if (fault !== null) return 'handle';
  if (operation === null) return 'route';
  return MALFORMED_STATUSES.includes(status) ? 'validate' : 'handle';
}
