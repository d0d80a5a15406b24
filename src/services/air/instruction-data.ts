import { invalidRequest } from '../../decisions/problem.ts';
import { isRecord, own } from '../../lib/members.ts';
import { showPath } from '../../lib/redact.ts';
import { fieldProblem } from './problem.ts';

/** The required member of the data, from the SDK's stubs. */
export const REQUIRED_MEMBER_BY_EXECUTOR = { shell: 'commands', file: 'files', init: 'hostname' } as const;

export type Executor = keyof typeof REQUIRED_MEMBER_BY_EXECUTOR;

/** Throws a Problem if a value is not valid. The path is for the message. */
type Check = (value: unknown, path: string) => void;

const MAX_TEXT_CHARACTERS = 65_536;
const MAX_HOSTNAME_CHARACTERS = 255;

const checkText = createTextCheck(MAX_TEXT_CHARACTERS);
const checkTextList = createListCheck(checkText);

const CHECKS: Readonly<Record<Executor, Readonly<Record<string, Check>>>> = {
  shell: { commands: checkTextList },
  file: { files: createListCheck(checkFile), post_commands: checkTextList },
  init: { hostname: createTextCheck(MAX_HOSTNAME_CHARACTERS) },
};

/**
 * Validates and returns the data of an instruction. The document's schema accepts data of other executors, and unknown members.
 *
 * @throws Problem with the path of the invalid value
 */
export function checkData(executor: Executor, data: unknown, path: string): object {
  const required = REQUIRED_MEMBER_BY_EXECUTOR[executor];
  if (!isRecord(data)) throw fieldProblem(path, `an object with \`${required}\``);
  if (!Object.hasOwn(data, required)) {
    const message = `Field \`${path}.${required}\` is missing: the executor \`${executor}\` requires it.`;
    throw invalidRequest(message);
  }
  const checks = CHECKS[executor];
  for (const [name, value] of Object.entries(data)) {
    const check = own(checks, name);
    if (check === undefined) {
      const names = Object.keys(checks).map((known) => `\`${known}\``);
      const message = `Field \`${path}.${showPath(name)}\` is unknown: the executor \`${executor}\` supports only ${names.join(' and ')}.`;
      throw invalidRequest(message);
    }
    check(value, `${path}.${name}`);
  }
  return data;
}

function createTextCheck(maxCharacters: number): Check {
  return (value, path) => {
    if (typeof value !== 'string' || value.length > maxCharacters)
      throw fieldProblem(path, `a string of up to ${maxCharacters} characters`);
  };
}

function createListCheck(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw fieldProblem(path, 'a list');
    for (const [index, entry] of value.entries()) check(entry, `${path}[${index}]`);
  };
}

/** Checks a file: `path`, `content` and any other strings. */
function checkFile(value: unknown, path: string): void {
  if (!isRecord(value) || Array.isArray(value)) throw fieldProblem(path, 'an object');
  for (const [name, member] of Object.entries(value)) checkText(member, `${path}.${showPath(name)}`);
}
