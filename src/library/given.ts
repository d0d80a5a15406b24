import { listNames, suggestName } from '../text/nearest.ts';

/**
 * Checks for unknown options, because JavaScript callers get no type errors for typos.
 *
 * @param call the name of the method, such as `leastPrivilege`
 * @param example a valid argument
 * @throws TypeError unless it is an object with only these members
 */
export function checkMembers(given: unknown, valid: readonly string[], call: string, example: string): void {
  checkObject(given, call, example);
  const unknown = Object.keys(given).find((name) => !valid.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${call} has no option \`${unknown}\`; it takes ${listNames(unknown, valid)}.${suggestName(unknown, valid)}`,
  );
}

/**
 * Checks for an object with any members.
 *
 * @param call the name of the method, such as `requests.list`
 * @param example a valid argument
 * @throws TypeError
 */
export function checkObject(given: unknown, call: string, example: string): asserts given is object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return;
  throw new TypeError(`${call} takes an object, such as \`${example}\`; got ${kindOf(given)}.`);
}

/**
 * Checks for a list of strings, such as the missing rights of a refusal.
 *
 * @param member the name of the member
 * @param example a valid value
 * @throws TypeError
 */
export function checkTexts(given: unknown, member: string, example: string): void {
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return;
  throw new TypeError(`${member} takes an array of strings, such as \`${example}\`; got ${kindOf(given)}.`);
}

/**
 * Checks for a response, because passing its promise is a common mistake.
 *
 * @throws TypeError
 */
export function checkAnswer(answer: unknown): void {
  if (isPromise(answer)) throw new TypeError('Expected a response, but got a promise: add `await` before it.');
  if (typeof answer === 'object' && answer !== null && 'headers' in answer && answer.headers) return;
  throw new TypeError(
    `Expected a response with headers, such as a \`Response\`, but got ${kindOf(answer)}. Pass the response itself, not its body.`,
  );
}

function isPromise(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'then' in given && typeof given.then === 'function';
}

/** Describes the kind of an argument without its value, which may be secret. */
function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  if (Array.isArray(given)) return 'an array';
  if (isPromise(given)) return 'a promise: add `await` before it';
  return typeof given === 'object' ? 'another object' : `a ${typeof given}`;
}
