import type { Schema } from '../../contract/documented.ts';
import { DURATION_FORMS, parseDuration } from '../../core/duration.ts';
import { Problem } from '../../core/problem.ts';
import type { Behaviour } from './functions.ts';

/** A function that is up at once and answers with what it is sent. */
export const ECHO: Behaviour = { deployTime: 0, invokeTime: 0 };

/** Variables of the container environment that this mock reads, so that a test can shape a function through the API itself. */
const DEPLOY_TIME = 'NV_AUTH_MOCK_DEPLOY_TIME';
const INVOKE_TIME = 'NV_AUTH_MOCK_INVOKE_TIME';
const ANSWER = 'NV_AUTH_MOCK_ANSWER';

/**
 * How a function behaves, according to its own container environment; without these variables it is an echo.
 *
 * @throws Problem if a variable cannot be read
 */
export function behaviourOf(environment: readonly Schema<'nvcf', 'EnvironmentEntry'>[] = []): Behaviour {
  const variable = (name: string) => environment.find(({ key }) => key === name)?.value;
  const answer = variable(ANSWER);
  return {
    deployTime: durationOf(DEPLOY_TIME, variable(DEPLOY_TIME)),
    invokeTime: durationOf(INVOKE_TIME, variable(INVOKE_TIME)),
    ...(answer !== undefined && { answer: jsonOf(answer) }),
  };
}

function durationOf(name: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const milliseconds = parseDuration(text);
  if (milliseconds !== null) return milliseconds;
  throw new Problem('invalid_request', `The container environment has \`${name}\`, which must be ${DURATION_FORMS}.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('invalid_request', `The container environment has \`${ANSWER}\`, which must be JSON.`, { cause });
  }
}
