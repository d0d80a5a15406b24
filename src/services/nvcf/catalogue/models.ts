import { Collection } from '../../../store/collection.ts';
import { type Collections, EVERYBODY, type Row } from '../../../store/collections.ts';
import type { Instant } from '../../../time/clock.ts';

/** The paths of `integrate.api.nvidia.com` at which a model is called by its name. */
export const MODEL_PATHS = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  responses: '/v1/responses',
  messages: '/v1/messages',
} as const;

export type ModelPath = (typeof MODEL_PATHS)[keyof typeof MODEL_PATHS];

/** Is it a path of `integrate.api.nvidia.com`? Any other is a model's own, at `ai.api.nvidia.com`. */
export function isModelPath(path: string): path is ModelPath {
  return (Object.values(MODEL_PATHS) as readonly string[]).includes(path);
}

/** A model of the catalogue: a function with a name. Its id is `<company>/<model>`. */
export interface Model {
  readonly functionId: string;
  readonly paths: readonly string[];
  /** What the operator says; null if it is not offline. */
  readonly offline: string | null;
  /** In RFC 3339, to the second, with its offset: the gateway says it as it was written. */
  readonly endOfLife: string | null;
  /** The only accounts that may call it; null: whoever may call its function. */
  readonly accounts: readonly string[] | null;
  /** For embeddings: does it embed queries and passages alike? */
  readonly isSymmetric: boolean;
  /** For chats: does it refuse a message with more than one call of a tool? */
  readonly takesSingleToolCalls: boolean;
}

export type ModelRow = Row<Model, null>;

export const MODELS = new Collection<Model>('catalogue.models');

/** Paths of its own find a model, too. */
export function modelRow(id: string, body: Model): ModelRow {
  const aliases = body.paths.filter((path) => !isModelPath(path));
  return MODELS.row({ id, owner: EVERYBODY, parent: null, aliases, body });
}

export type State = 'live' | 'offline' | 'retiring' | 'retired';

/** Offline counts more than retired: the gateway looks at it first. */
export function stateAt({ offline, endOfLife }: Pick<Model, 'offline' | 'endOfLife'>, now: Instant): State {
  if (offline !== null) return 'offline';
  if (endOfLife === null) return 'live';
  return isPast(endOfLife, now) ? 'retired' : 'retiring';
}

function isPast(endOfLife: string, now: Instant): boolean {
  return now > Date.parse(endOfLife);
}

/** Names of private models, which can be called and are not shown: the gateway's default. */
const PRIVATE = /^(?:_|stg\/|playground_|nvdev\/|internal\/|private\/)|(?:-staging|-turbo$)/;

/** May anybody see that the model exists? */
export function isListed({ id, body }: ModelRow): boolean {
  return body.paths.some(isModelPath) && !PRIVATE.test(id);
}

/** Is the model shown at this time? One that is offline is, unless its end of life has passed. */
export function isListedAt(row: ModelRow, now: Instant): boolean {
  const { endOfLife } = row.body;
  return isListed(row) && (endOfLife === null || !isPast(endOfLife, now));
}

/** The model with this name, if it is called at this path. */
export async function modelAt(from: Collections, id: string, path: string): Promise<ModelRow | null> {
  const row = await MODELS.byId(from, id);
  return row?.body.paths.includes(path) === true ? row : null;
}
