import { processGlobal } from './time.ts';

/**
 * A value for something that the operating system has once per process, so that it cannot belong to a server or a
 * world. It is kept where every copy of this code finds it: a process may load several copies (two versions of the
 * package; under jest, one for each test file). Each worker thread has its own value, because threads cannot share
 * objects.
 *
 * @param name of the value and its form: a change of the form needs another name
 * @param make called if the process has no such value yet
 */
export function processWide<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`nv-auth-mock.${name}`);
  // Any code may add properties to the global object; its type does not describe them.
  const holder = processGlobal as unknown as Record<symbol, Value | undefined>;
  const found = holder[key];
  if (found !== undefined) return found;
  const value = make();
  Object.defineProperty(processGlobal, key, { value });
  return value;
}
