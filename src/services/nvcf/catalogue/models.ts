import type { Instant } from '../../../lib/clock.ts';
import { Collection } from '../../../store/collection.ts';
import type { Collections } from '../../../store/collections.ts';
import { ANYONE, type Row } from '../../../store/row.ts';

/** Paths of `integrate.api.nvidia.com` that call a model by name. */
export const MODEL_PATHS = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  responses: '/v1/responses',
  messages: '/v1/messages',
} as const;

export type ModelPath = (typeof MODEL_PATHS)[keyof typeof MODEL_PATHS];

/** Returns whether a path calls a model by name. Any other path belongs to a single model at `ai.api.nvidia.com`. */
export function isModelPath(path: string): path is ModelPath {
  return (Object.values(MODEL_PATHS) as readonly string[]).includes(path);
}

export function isRankingPath(path: string): boolean {
  return path.endsWith('/reranking');
}

export function kindOf(paths: readonly string[]): 'chat' | 'embedding' | 'ranking' {
  if (paths.includes(MODEL_PATHS.embeddings)) return 'embedding';
  return paths.some(isRankingPath) ? 'ranking' : 'chat';
}

/** A model of the catalogue: a function with a name. Its id is `<company>/<model>`. */
export interface Model {
  readonly functionId: string;
  readonly paths: readonly string[];
  /** The operator's message; null if the model is not offline. */
  readonly offline: string | null;
  /** RFC 3339, to the second, with the original offset: the gateway repeats it unchanged. */
  readonly endOfLife: string | null;
  /** The only accounts that may call it; null for every account that may call its function. */
  readonly accounts: readonly string[] | null;
  /** For embeddings: embeds queries and passages alike. */
  readonly isSymmetric: boolean;
  /** For embeddings: the longest text, in tokens. Absent: any length. */
  readonly maxTokens?: number;
  /** For chats: refuses a message with more than one tool call. */
  readonly takesSingleToolCalls: boolean;
  readonly rejects?: readonly string[];
}

export type ModelRow = Row<Model, null>;

export const MODELS = new Collection<Model>('catalogue.models');

/** Creates the row of a model, with the paths that belong only to it as aliases. */
export function createModelRow(id: string, body: Model): ModelRow {
  const aliases = body.paths.filter((path) => !isModelPath(path));
  return MODELS.row({ id, owner: ANYONE, parent: null, aliases, body });
}

/** The state of a model at a time. `retiring`: its end of life is in the future. */
export type ModelState = 'live' | 'offline' | 'retiring' | 'retired';

/** Returns the state of a model. It can be offline and retired, and the gateway checks the former first. */
export function stateAt({ offline, endOfLife }: Pick<Model, 'offline' | 'endOfLife'>, now: Instant): ModelState {
  if (offline !== null) return 'offline';
  if (endOfLife === null) return 'live';
  return isPast(endOfLife, now) ? 'retired' : 'retiring';
}

function isPast(endOfLife: string, now: Instant): boolean {
  return now > Date.parse(endOfLife);
}

/** Names of private models, which can be called but are not listed (the gateway's default). */
const PRIVATE_NAME = /^(?:_|stg\/|playground_|nvdev\/|internal\/|private\/)|(?:-staging|-turbo$)/;

export function isListed({ id, body }: ModelRow): boolean {
  return body.paths.some(isModelPath) && !PRIVATE_NAME.test(id);
}

/** Returns whether a model is listed at this time. An offline model is, until its end of life. */
export function isListedAt(row: ModelRow, now: Instant): boolean {
  const { endOfLife } = row.body;
  return isListed(row) && (endOfLife === null || !isPast(endOfLife, now));
}

export async function findModelAt(collections: Collections, id: string, path: string): Promise<ModelRow | null> {
  const row = await MODELS.byId(collections, id);
  return row?.body.paths.includes(path) === true ? row : null;
}
