import { list, object, oneOf, optional, schema, text, uuid, type ValueOf } from '../../../contract/json-schema.ts';
import type { SeedError, Seeding } from '../../../contract/seed.ts';
import { findDuplicates, type LocatedEntry, locateEntries } from '../../../contract/seed-entries.ts';
import { parseInstant } from '../../../lib/clock.ts';
import { createModelRow, isModelPath, kindOf, MODEL_PATHS, type Model, stateAt } from './models.ts';

const DERIVED_MEMBER = 'Derived from the other members and shown in the cast; setting it has no effect.';

const MODEL = object({
  id: text('The name of the model, `<company>/<model>`; it must be unique.', {
    pattern: '^[A-Za-z0-9_.:-]+/[A-Za-z0-9_.:-]+$',
    maxLength: 255,
  }),
  functionId: uuid('The function of the model, from `nvcf.functions`. If it does not exist, every account gets 404.'),
  paths: schema<readonly string[]>(
    {
      ...list(text(undefined, { pattern: '^/v1(/[A-Za-z0-9_.:-]+){1,5}$', maxLength: 1024 })),
      minItems: 1,
      uniqueItems: true,
    },
    'Where to call the model: paths of `integrate.api.nvidia.com`, such as `/v1/chat/completions`, or its own path at `ai.api.nvidia.com`, such as `/v1/retrieval/nvidia/reranking`.',
  ),
  offline: optional(text("The operator's message while the model is offline. Default: not offline.")),
  endOfLife: optional(
    text('When the model reaches its end of life (RFC 3339). Default: never.', {
      pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$',
    }),
  ),
  accounts: optional(
    list(text(), 'The only accounts (NCA ids) that may call it. Default: every account that may call its function.'),
  ),
  symmetric: optional(
    schema<boolean>(
      { type: 'boolean' },
      'For embeddings: it embeds queries and passages alike, and does not require `input_type`. Default: false.',
    ),
  ),
  maxTokens: optional(
    schema<number>(
      { type: 'integer', minimum: 1, maximum: 1_000_000 },
      'For embeddings: the longest text, in tokens (words). A longer one is refused, or cut by `truncate`. Default: any length.',
    ),
  ),
  takesSingleToolCalls: optional(
    schema<boolean>(
      { type: 'boolean' },
      'For chats: it refuses a message with more than one tool call. Default: false.',
    ),
  ),
  rejects: optional(
    list(text(), 'Members of a request that it refuses with 400, such as `prompt_cache_key`. Default: none.'),
  ),
  kind: optional(oneOf(['chat', 'embedding', 'ranking'], DERIVED_MEMBER)),
  state: optional(oneOf(['live', 'offline', 'retiring', 'retired'], DERIVED_MEMBER)),
  access: optional(oneOf(['public', 'gated'], DERIVED_MEMBER)),
});

const SCHEMA = object({ models: optional(list(MODEL, 'Models.')) });

type SeedModel = ValueOf<typeof MODEL>;

/** A path of `ai.api.nvidia.com`: three to five segments below `/v1`. */
const ENDPOINT_PATH = /^\/v1(?:\/[^/]+){3,5}$/;

export const seed: Seeding = {
  schema: SCHEMA,
  lists: { models: { idMembers: ['id'] } },
  findErrors: (part) => findSeedErrors(locateEntries('catalogue.models', readModels(part))),
  createRows: async (part) => ({ rows: readModels(part).map((model) => createModelRow(model.id, createModel(model))) }),
  createCast: (part) => ({ models: readModels(part).map(omitDerivedMembers) }),
  castAt: (part, now) => ({
    models: readModels(part).map((model) => ({
      ...model,
      kind: kindOf(model.paths),
      state: stateAt(createModel(model), now),
      access: model.accounts === undefined ? 'public' : 'gated',
    })),
  }),
};

function findSeedErrors(models: readonly LocatedEntry<SeedModel>[]): readonly SeedError[] {
  const paths = models.flatMap(({ entry, place }) =>
    entry.paths.map((path, index) => ({ entry: path, place: `${place}.paths[${index}]` })),
  );
  const endpoints = paths.filter(({ entry }) => !isModelPath(entry));
  return [
    ...findDuplicates('models: `id`', models, ({ id }) => id),
    ...findDuplicates('models: the path', endpoints, (path) => path),
    ...endpoints
      .filter(({ entry }) => !ENDPOINT_PATH.test(entry))
      .map(({ entry, place }) => ({
        place,
        message: `\`${place}\` is \`${entry}\`, which is neither a path of \`integrate.api.nvidia.com\` nor a valid path at \`ai.api.nvidia.com\`, which has three to five segments below \`/v1\``,
        given: entry,
        valid: Object.values(MODEL_PATHS),
      })),
    ...models
      .filter(({ entry: { endOfLife } }) => endOfLife !== undefined && parseInstant(endOfLife) === null)
      .map(({ place }) => ({
        place: `${place}.endOfLife`,
        message: `\`${place}.endOfLife\` is not a valid time; use RFC 3339, such as \`2030-01-31T12:00:00Z\``,
      })),
  ];
}

/** Returns a model without the members that a seed has if it was copied from the cast. */
function omitDerivedMembers({ kind: _kind, state: _state, access: _access, ...members }: SeedModel): SeedModel {
  return members;
}

function readModels(part: unknown): readonly SeedModel[] {
  return (part as ValueOf<typeof SCHEMA>).models ?? [];
}

function createModel({
  functionId,
  paths,
  offline,
  endOfLife,
  accounts,
  maxTokens,
  rejects = [],
  ...flags
}: SeedModel): Model {
  // Formats a time like Go: without fractions of a second, and with its offset.
  return {
    functionId,
    paths,
    offline: offline ?? null,
    endOfLife: endOfLife === undefined ? null : endOfLife.replace(/\.\d+/, '').replace(/[+-]00:00$/, 'Z'),
    accounts: accounts ?? null,
    isSymmetric: flags.symmetric === true,
    ...(maxTokens !== undefined && { maxTokens }),
    takesSingleToolCalls: flags.takesSingleToolCalls === true,
    rejects,
  };
}
