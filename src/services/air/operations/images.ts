import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { createOperations } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { renderStored } from '../objects.ts';
import { cancelRequest, openRequest, publishNow, unpublishNow } from '../publishing.ts';
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

/** Returns the requested resources, completed with defaults and without unknown members. */
function completeResources(requested: Partial<Resources>, defaults: Resources): Resources {
  const { cpu, memory, storage } = { ...defaults, ...requested };
  return { cpu, memory, storage };
}

/** Throws unless the image has one of these statuses. @throws Problem with the action that is not possible */
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

const publish: Handler<'air', 'images_publish', ImageRow> = async (context) => {
  const { name, version } = context.body;
  const next = await publishNow(context, context.target, context.body, (before) => {
    assertComplete(before);
    return pickNames(name, version);
  });
  return { status: 200, body: renderImage(context, next) };
};

/** Throws unless the image was uploaded. Images with an open publish request count as complete. */
function assertComplete(row: ImageRow): void {
  assertUploadStatus(row, 'be published', ['COMPLETE', 'PENDING_PUBLISH', 'PENDING_UNPUBLISH']);
}

/** Returns the new name and version, as far as they were requested. */
function pickNames(
  name: string | undefined,
  version: string | undefined,
): Partial<Pick<Schema<'air', 'Image'>, 'name' | 'version'>> {
  return { ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
}

const unpublish: Handler<'air', 'images_unpublish', ImageRow> = async (context) => {
  const { name, version } = context.body;
  return {
    status: 200,
    body: renderImage(context, await unpublishNow(context, context.target, pickNames(name, version))),
  };
};

/** The new name or version is applied when the request is approved. */
const requestPublish: Handler<'air', 'images_request_publish', ImageRow> = async (context) => {
  const { name, version } = context.body;
  const next = await openRequest(context, context.target, 'PENDING', context.body, (before) => {
    assertComplete(before);
    return { hidden: { asked: pickNames(name, version) } };
  });
  return { status: 200, body: renderImage(context, next) };
};

const requestUnpublish: Handler<'air', 'images_request_unpublish', ImageRow> = async (context) => {
  const { name, version } = context.body;
  const next = await openRequest(context, context.target, 'PENDING_UNPUBLISH', context.body, () => ({
    hidden: { asked: pickNames(name, version) },
  }));
  return { status: 200, body: renderImage(context, next) };
};

const requestPublic: Handler<'air', 'images_request_public', ImageRow> = async (context) => {
  const status = context.body.prefer_public ? 'PENDING_ELEVATION' : 'PENDING_RESTRICTION';
  const next = await openRequest(context, context.target, status, context.body);
  return { status: 200, body: renderImage(context, next) };
};

const requestAllowlistChange: Handler<'air', 'images_request_allowlist_change', ImageRow> = async (context) => {
  const next = await openRequest(context, context.target, 'PENDING_ALLOWLIST', context.body);
  return { status: 200, body: renderImage(context, next) };
};

const cancel: Handler<'air', 'images_cancel_publish_access_record', ImageRow> = async (context) => ({
  status: 200,
  body: renderImage(context, await cancelRequest(context, context.target)),
});

export const imageOperations = {
  ...createOperations(IMAGES, IMAGE_HOOKS),
  images_publish: publish,
  images_unpublish: unpublish,
  images_request_publish: requestPublish,
  images_request_unpublish: requestUnpublish,
  images_request_public: requestPublic,
  images_request_allowlist_change: requestAllowlistChange,
  images_cancel_publish_access_record: cancel,
};
