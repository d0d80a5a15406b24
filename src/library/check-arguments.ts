import { listNames, suggestName } from '../lib/nearest.ts';

/** Checks for unknown options: JavaScript callers get no type errors. @param example for messages @throws TypeError */
export function checkMembers(value: unknown, valid: readonly string[], call: string, example: string): void {
  checkObject(value, call, example);
  const unknown = Object.keys(value).find((name) => !valid.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${call} has no option \`${unknown}\`; it takes ${listNames(unknown, valid)}.${suggestName(unknown, valid)}`,
  );
}

/** @param call the name of the method, such as `requests.list` @param example a valid argument @throws TypeError */
export function checkObject(value: unknown, call: string, example: string): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new TypeError(`${call} takes an object, such as \`${example}\`; got ${describeKind(value)}.`);
}

/** Checks for a list of strings. @param member its name @param example a valid value @throws TypeError */
export function checkTexts(value: unknown, member: string, example: string): void {
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return;
  const got = Array.isArray(value) ? 'an array with other members' : describeKind(value);
  throw new TypeError(`${member} takes an array of strings, such as \`${example}\`; got ${got}.`);
}

/** Checks for a response, because passing its promise is a common mistake. @throws TypeError */
export function checkResponse(response: unknown): void {
  if (isPromise(response)) throw new TypeError('Expected a response, but got a promise: add `await` before it.');
  if (typeof response === 'object' && response !== null && 'headers' in response && response.headers) return;
  throw new TypeError(
    `Expected a response with headers, such as a \`Response\`, but got ${describeKind(response)}. Pass the response itself, not its body.`,
  );
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Describes the kind of an argument without its value, which may be secret. */
function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isPromise(value)) return 'a promise: add `await` before it';
  return typeof value === 'object' ? 'another object' : `a ${typeof value}`;
}
