import { processGlobal } from './time.ts';

/**
 * A value that the operating system provides once per process, so that it cannot belong to a server or a world. It is
 * kept where every copy of this code finds it: a process may load several (two versions of the package; under jest, one
 * for each file of tests). Worker threads have one each, because nothing can be shared between them.
 *
 * @param name of the value and its form: a change of the form needs another name
 * @param make called if the process has none yet
 */
export function processWide<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`nv-auth-mock.${name}`);
  // The global object holds what anybody puts there under a symbol.
  const holder = processGlobal as unknown as Record<symbol, Value | undefined>;
  const found = holder[key];
  if (found !== undefined) return found;
  const value = make();
  Object.defineProperty(processGlobal, key, { value });
  return value;
}
