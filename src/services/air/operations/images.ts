import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { createOperations, type HandlersOf, pickDefined } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { renderStored } from '../objects.ts';
import { cancelRequest, openRequest, publishNow, requestVisibility, unpublishNow } from '../publishing.ts';
import type { RowOf } from '../stored.ts';
import { IMAGES } from '../tables/images.ts';

/** The members of an image that has never been uploaded. */
export const UPLOAD_MEMBERS = { upload_status: 'READY', size: 0, hash: '', last_uploaded_at: null } as const;

export type ImageRow = RowOf<'images'>;

export function renderImage(context: AuthenticatedContext, row: ImageRow): Schema<'air', 'Image'> {
  return { ...renderStored(row), is_owned_by_client: row.owner === accountOf(context) };
}

const IMAGE_HOOKS: HooksOf<'images'> = {
  complete: (context, members) => ({
    members: {
      ...members,
      minimum_resources: completeResources(members.minimum_resources, IMAGES.defaults.minimum_resources),
      ...UPLOAD_MEMBERS,
      creator: creatorOf(context),
      published: false,
      publicly_published: false,
      publish_access_record_id: null,
    },
  }),
  change: (_context, { body }, { minimum_resources: requested, ...members }) => {
    if (requested === undefined) return { members };
    return { members: { ...members, minimum_resources: completeResources(requested, body.members.minimum_resources) } };
  },
  view: renderImage,
};

type Resources = Schema<'air', 'Image'>['minimum_resources'];

/** Drops unknown members. */
function completeResources(requested: Partial<Resources>, defaults: Resources): Resources {
  const { cpu, memory, storage } = { ...defaults, ...requested };
  return { cpu, memory, storage };
}

/** @throws Problem with the action that is not possible */
export function assertUploadStatus(
  { body }: ImageRow,
  action: string,
  statuses: readonly Schema<'air', 'Image'>['upload_status'][],
): void {
  const status = body.members.upload_status;
  if (statuses.includes(status)) return;
  const expected = statuses.map((expectedStatus) => `\`${expectedStatus}\``).join(' or ');
  throw new Problem(
    'bad_state',
    `The image cannot ${action} while its \`upload_status\` is \`${status}\`; expected ${expected}.`,
  );
}

/** The statuses of an uploaded image. Images with an open publish request are still complete. */
export const UPLOADED = ['COMPLETE', 'PENDING_PUBLISH', 'PENDING_UNPUBLISH'] as const;

function assertComplete(row: ImageRow): void {
  assertUploadStatus(row, 'be published', UPLOADED);
}

function pickNames(body: { readonly name?: string; readonly version?: string }) {
  return pickDefined(body, ['name', 'version']);
}

function createAnswer(context: AuthenticatedContext, row: ImageRow): Outcome<200, Schema<'air', 'Image'>> {
  return { status: 200, body: renderImage(context, row) };
}

export const imageOperations = {
  ...createOperations(IMAGES, IMAGE_HOOKS),
  images_publish: async (context) => {
    const next = await publishNow(context, (before) => {
      assertComplete(before);
      return pickNames(context.body);
    });
    return createAnswer(context, next);
  },
  images_unpublish: async (context) => createAnswer(context, await unpublishNow(context, pickNames(context.body))),
  /** The new name or version is applied when the request is approved. */
  images_request_publish: async (context) => {
    const next = await openRequest(context, 'PENDING', (before) => {
      assertComplete(before);
      return { hidden: { asked: pickNames(context.body) } };
    });
    return createAnswer(context, next);
  },
  images_request_unpublish: async (context) => {
    const hidden = { asked: pickNames(context.body) };
    return createAnswer(context, await openRequest(context, 'PENDING_UNPUBLISH', () => ({ hidden })));
  },
  images_request_public: async (context) => createAnswer(context, await requestVisibility(context)),
  images_request_allowlist_change: async (context) =>
    createAnswer(context, await openRequest(context, 'PENDING_ALLOWLIST')),
  images_cancel_publish_access_record: async (context) => createAnswer(context, await cancelRequest(context)),
} satisfies HandlersOf<'images'>;
