import { listNames, suggestName } from '../text/nearest.ts';

/**
 * JavaScript callers get an error for a misspelt option, which would otherwise be ignored.
 *
 * @param call the called method, such as `leastPrivilege`
 * @param example of a valid argument
 * @throws TypeError for anything but an object with these members
 */
export function checkMembers(given: unknown, valid: readonly string[], call: string, example: string): void {
  checkObject(given, call, example);
  const unknown = Object.keys(given).find((name) => !valid.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${call} has no \`${unknown}\`; it takes ${listNames(unknown, valid)}.${suggestName(unknown, valid)}`,
  );
}

/**
 * Checks for an object, whatever members it has.
 *
 * @param call the called method, such as `requests.list`
 * @param example of a valid argument
 * @throws TypeError
 */
export function checkObject(given: unknown, call: string, example: string): asserts given is object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return;
  throw new TypeError(`${call} takes an object, such as \`${example}\`; it was given ${kindOf(given)}.`);
}

/**
 * Checks for a list of strings, such as the missing rights of a refusal.
 *
 * @param member where it stands
 * @param example of a valid argument
 * @throws TypeError
 */
export function checkTexts(given: unknown, member: string, example: string): void {
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return;
  throw new TypeError(`${member} takes an array of strings, such as \`${example}\`; it was given ${kindOf(given)}.`);
}

/**
 * Checks for an answer, and not the promise of one.
 *
 * @throws TypeError
 */
export function checkAnswer(answer: unknown): void {
  if (isPromise(answer))
    throw new TypeError('Expected an answer, but got the promise of one: write `await` before it.');
  if (typeof answer === 'object' && answer !== null && 'headers' in answer && answer.headers) return;
  throw new TypeError(
    `an answer has headers, such as a \`Response\`; this is ${kindOf(answer)}. Pass the answer itself, not its body.`,
  );
}

function isPromise(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'then' in given && typeof given.then === 'function';
}

/** A description of the argument that shows no value: it may be a secret. */
function kindOf(given: unknown): string {
  if (given === null || given === undefined) return String(given);
  if (Array.isArray(given)) return 'an array';
  if (isPromise(given)) return 'a promise: write `await` before it';
  return typeof given === 'object' ? 'an object without them' : `a ${typeof given}`;
}
