import type { Schema } from '../../contract/documented.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import { describeDurations, parseDuration } from '../../lib/duration.ts';
import type { Behaviour } from './functions.ts';

/** A function that deploys at once and echoes its input. */
export const ECHO: Behaviour = { deployTime: 0, invokeTime: 0 };

// Variables of the container environment. With these, tests can configure a function through the vendor's API.
const DEPLOY_TIME = 'NV_AUTH_MOCK_DEPLOY_TIME';
const INVOKE_TIME = 'NV_AUTH_MOCK_INVOKE_TIME';
const ANSWER = 'NV_AUTH_MOCK_ANSWER';

/** Without the variables above, the function is `ECHO`. @throws Problem if a variable is invalid */
export function readBehaviour(environment: readonly Schema<'nvcf', 'EnvironmentEntry'>[] = []): Behaviour {
  const findValue = (name: string) => environment.find(({ key }) => key === name)?.value;
  const answer = findValue(ANSWER);
  return {
    deployTime: readDuration(DEPLOY_TIME, findValue(DEPLOY_TIME)),
    invokeTime: readDuration(INVOKE_TIME, findValue(INVOKE_TIME)),
    ...(answer !== undefined && { answer: parseAnswer(answer) }),
  };
}

function readDuration(name: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const milliseconds = parseDuration(text);
  if (milliseconds !== null) return milliseconds;
  throw invalidRequest(`Environment variable \`${name}\` of the container must be ${describeDurations(text)}.`);
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('invalid_request', `Environment variable \`${ANSWER}\` of the container must be valid JSON.`, {
      cause,
    });
  }
}
