import { Problem } from '../../decisions/problem.ts';
import { isRecord, own } from '../../objects/members.ts';
import { showPath } from '../../text/redact.ts';
import { fieldProblem } from './problem.ts';

/** The required member of the data, by executor, according to the SDK's stubs. */
export const REQUIRED_MEMBER = { shell: 'commands', file: 'files', init: 'hostname' } as const;

export type Executor = keyof typeof REQUIRED_MEMBER;

/** Throws a Problem with the path of an invalid value. */
type Check = (value: unknown, where: string) => void;

const MAX_TEXT = 65_536;
const MAX_HOSTNAME = 255;

const checkTextList = createListCheck(createTextCheck(MAX_TEXT));

/** All members of the data, by executor. */
const MEMBERS: Readonly<Record<Executor, Readonly<Record<string, Check>>>> = {
  shell: { commands: checkTextList },
  file: { files: createListCheck(checkFile), post_commands: checkTextList },
  init: { hostname: createTextCheck(MAX_HOSTNAME) },
};

/**
 * Validates the data of an instruction from a request or a file. The document's schema is too permissive: it accepts
 * data of other executors and unknown members.
 *
 * @param where path of the data for messages: `data`
 * @throws Problem
 */
export function checkData(executor: Executor, data: unknown, where: string): object {
  const required = REQUIRED_MEMBER[executor];
  if (!isRecord(data)) throw fieldProblem(where, `an object with \`${required}\``);
  if (!Object.hasOwn(data, required)) {
    const message = `Field \`${where}.${required}\` is missing: the executor \`${executor}\` requires it.`;
    throw new Problem('invalid_request', message);
  }
  const checks = MEMBERS[executor];
  for (const [name, value] of Object.entries(data)) {
    const check = own(checks, name);
    if (check === undefined) throw unknownMemberProblem(`${where}.${showPath(name)}`, executor);
    check(value, `${where}.${name}`);
  }
  return data;
}

function unknownMemberProblem(where: string, executor: Executor): Problem {
  const names = Object.keys(MEMBERS[executor]).map((name) => `\`${name}\``);
  const message = `Field \`${where}\` is unknown: the executor \`${executor}\` supports only ${names.join(' and ')}.`;
  return new Problem('invalid_request', message);
}

function createTextCheck(max: number): Check {
  return (value, where) => {
    if (typeof value !== 'string' || value.length > max)
      throw fieldProblem(where, `a string of up to ${max} characters`);
  };
}

function createListCheck(check: Check): Check {
  return (value, where) => {
    if (!Array.isArray(value)) throw fieldProblem(where, 'a list');
    for (const [index, one] of value.entries()) check(one, `${where}[${index}]`);
  };
}

/** A file: `path`, `content` and any other strings. */
function checkFile(value: unknown, where: string): void {
  if (!isRecord(value) || Array.isArray(value)) throw fieldProblem(where, 'an object');
  for (const [name, one] of Object.entries(value)) createTextCheck(MAX_TEXT)(one, `${where}.${showPath(name)}`);
}
