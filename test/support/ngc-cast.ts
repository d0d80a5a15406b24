import { readFileSync } from 'node:fs';

/** A key of the built-in cast. */
export interface CastKey {
  readonly id: string;
  readonly org: string;
  readonly name: string;
  readonly type: 'personal' | 'service';
  readonly services: readonly string[];
  readonly scopes?: readonly string[];
  readonly resource?: { readonly type: string; readonly ids?: readonly string[] };
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly key: string;
}

/** A version of a function of the built-in cast. */
export interface CastFunction {
  readonly org: string;
  readonly name: string;
  readonly functionId: string;
  readonly versionId: string;
  readonly status: string;
  readonly access: 'owned' | 'shared' | 'public';
}

interface NgcCast {
  readonly org: string;
  readonly ncaId: string;
  readonly organizations: readonly { readonly name: string; readonly ncaId: string }[];
  readonly keys: readonly CastKey[];
}

function fixture<Content>(service: string): Content {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${service}/cast.json`, import.meta.url), 'utf8'));
}

/** The built-in cast of NGC and Cloud Functions. */
export const ngcCast = fixture<NgcCast>('ngc');
export const functions = fixture<{ readonly functions: readonly CastFunction[] }>('nvcf').functions;

/** Returns a key by name. */
export function castKey(name: string): CastKey {
  const found = ngcCast.keys.find((key) => key.name === name);
  if (found === undefined) throw new Error(`the cast has no key ${name}`);
  return found;
}

/** Returns the versions of a function by name, in the order of the cast. */
export function castFunction(name: string): readonly CastFunction[] {
  return functions.filter((one) => one.name === name);
}

const tasks = fixture<{ readonly tasks: readonly { readonly name: string; readonly id: string }[] }>('nvct').tasks;

/** Returns the id of a Cloud Task by name. */
export function castTask(name: string): string {
  const found = tasks.find((task) => task.name === name);
  if (found === undefined) throw new Error(`the cast has no task ${name}`);
  return found.id;
}
