import { processGlobal } from './time.ts';

/**
 * Returns a value that exists once per process, for operating system resources that cannot belong to a server or a
 * world. It is shared by all copies of this code: a process may load several (two versions of the package; under jest,
 * one for each test file). Each worker thread has a separate value, because threads cannot share objects.
 *
 * @param name of the value and its format: a new format needs a new name
 * @param create called if the process has no such value yet
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
