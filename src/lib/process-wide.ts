import { processGlobal } from './time.ts';

/**
 * Returns a value that exists once per process, or per worker thread, for all copies of this code: two versions of the
 * package; under jest, one for each test file.
 * @param name with its format: a new format needs a new name
 */
export function processWide<Value>(name: string, create: () => Value): Value {
  const key = Symbol.for(`nv-auth-mock.${name}`);
  // Any code may add properties to the global object, which its type does not describe.
  const holder = processGlobal as unknown as Record<symbol, Value | undefined>;
  const existing = holder[key];
  if (existing !== undefined) return existing;
  const value = create();
  Object.defineProperty(processGlobal, key, { value });
  return value;
}
