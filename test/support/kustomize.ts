/** A small kustomization reader, and the real program if it is installed. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { ROOT } from '../architecture/source-files.ts';

/** A Kubernetes object, as far as tests need it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind
export type Manifest = Record<string, any>;

/** The folder of an overlay, of the base, or of the database. */
export const kustomization = (name: string): string => join(ROOT, 'deploy/kustomize', name);

/** `Deployment nv-auth-mock`. */
export const idOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** Returns the object with an id. */
export function oneOf(all: readonly Manifest[], id: string): Manifest {
  const found = all.find((one) => idOf(one) === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
}

/** Builds an overlay. */
export const overlay = (name: string): Manifest[] => build(kustomization(`overlays/${name}`));

/** Lists that Kubernetes merges, with the member that identifies items. */
const MERGED: Readonly<Record<string, string>> = {
  containers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
};
/** Lists that a patch replaces. */
const REPLACED: ReadonlySet<string> = new Set(['egress', 'ingress']);

/** Builds a kustomization. Throws on unknown features, so that nothing is skipped silently. */
export function build(folder: string): Manifest[] {
  const file = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'));
  const { apiVersion, kind, resources = [], patches = [], images = [], namespace, ...others } = file;
  if (`${apiVersion} ${kind}` !== 'kustomize.config.k8s.io/v1beta1 Kustomization')
    throw new Error(`${folder}: ${kind}`);
  refuse(others, folder);
  const made: Manifest[] = resources.flatMap((name: string) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? build(path) : manifestsIn(path);
  });
  for (const patch of patches) applyPatch(made, patch, folder);
  for (const image of images) applyImage(made, image);
  if (namespace !== undefined) for (const { metadata } of made) metadata.namespace = namespace;
  const ids = made.map(idOf);
  if (new Set(ids).size < ids.length) throw new Error(`${folder}: an object is there twice: ${ids.join(', ')}`);
  return made;
}

/** The objects of a file. */
function manifestsIn(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJSON());
}

function refuse(others: object, where: string): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`${where}: the reader of the tests does not know \`${unknown}\``);
}

function applyPatch(made: Manifest[], { path, target, options = {}, ...others }: Manifest, folder: string): void {
  refuse(others, folder);
  const [patch = {}] = manifestsIn(join(folder, path));
  const { kind, name, ...further } = target ?? { kind: patch['kind'], name: patch['metadata'].name };
  refuse(further, folder);
  const index = made.findIndex((one) => one['kind'] === kind && one['metadata'].name === name);
  const found = made[index];
  if (found === undefined) throw new Error(`${folder}: ${path} patches ${kind} ${name}, which is not there`);
  const result = merged(found, patch) as Manifest;
  if (options.allowKindChange !== true) result['kind'] = found['kind'];
  if (options.allowNameChange !== true) result['metadata'].name = found['metadata'].name;
  made[index] = result;
}

function applyImage(made: readonly Manifest[], { name, newName, newTag, ...others }: Manifest): void {
  refuse(others, name);
  for (const container of made.flatMap(containersOf)) {
    const [image, tag] = container['image'].split(':');
    if (image !== name) continue;
    container['image'] = [newName ?? image, newTag ?? tag].filter((part) => part !== undefined).join(':');
  }
}

/** Returns the containers of the pods of an object. */
export const containersOf = ({ spec }: Manifest): Manifest[] => spec?.template?.spec.containers ?? [];

const isObject = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Does a strategic merge: merges objects, removes members that are `null`, and merges or replaces lists by name. */
function merged(old: unknown, patch: unknown, name = ''): unknown {
  if (Array.isArray(old) && Array.isArray(patch)) return mergedLists(old, patch, name);
  if (!isObject(patch)) return patch;
  const all: Manifest = isObject(old) ? { ...old } : {};
  for (const [member, value] of Object.entries(patch)) {
    if (member.startsWith('$')) throw new Error(`the reader of the tests does not know \`${member}\``);
    if (value === null) delete all[member];
    else all[member] = merged(all[member], value, member);
  }
  return all;
}

/** Items of the patch come first, like in kustomize: a variable may refer only to earlier ones. */
function mergedLists(old: readonly Manifest[], patch: readonly Manifest[], name: string): unknown {
  const key = MERGED[name];
  if (key === undefined) {
    if (REPLACED.has(name)) return patch;
    throw new Error(`the reader of the tests does not know whether Kubernetes merges the items of \`${name}\``);
  }
  const rest = old.filter((item) => !patch.some((one) => one[key] === item[key]));
  return [
    ...patch.map((item) =>
      merged(
        old.find((one) => one[key] === item[key]),
        item,
      ),
    ),
    ...rest,
  ];
}

/** Commands that build a kustomization, without a cluster. */
const PROGRAMS = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;

const runs = ([program, command]: readonly [string, string], argument: string) =>
  spawnSync(program, [command, argument], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], KUBECONFIG: '/dev/null' },
  });

const found = PROGRAMS.find((one) => runs(one, '--help').status === 0);

/** Whether kustomize is installed, alone or in kubectl. */
export const hasKustomize = found !== undefined;

/** Builds a kustomization with the real program. */
export function kustomize(folder: string): Manifest[] {
  if (found === undefined) throw new Error('kustomize is not installed');
  const { status, stdout, stderr } = runs(found, folder);
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).map((document) => document.toJSON());
}
