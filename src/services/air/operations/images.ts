import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { ngcKeysIn } from '../../../ngc-keys/index.ts';
import { NotFound } from '../../../store/errors.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { amend, createOperations } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { changeRow, createOwnedRow, createPut, renderStored } from '../objects.ts';
import { createPage } from '../pages.ts';
import { cancelRequest, openRequest, publishNow, unpublishNow } from '../publishing.ts';
import { resolveReference } from '../references.ts';
import { collectionOf, type Part, type RowOf, type Upload } from '../stored.ts';
import { IMAGE_SHARES, IMAGES } from '../tables/images.ts';

/** All parts but the last must have this size. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** Default lifetime of a share. */
const SHARE_LIFETIME_MS = 86_400_000;

const UPLOAD_MEMBERS = { upload_status: 'READY', size: 0, hash: '', last_uploaded_at: null } as const;

type ImageRow = RowOf<'images'>;
type ShareRow = RowOf<'image_shares'>;

/** Renders an image for the caller's organisation. */
function renderImage(context: AuthenticatedContext, row: ImageRow): Schema<'air', 'Image'> {
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

/** Picks known members, and adds those missing from the request. */
function completeResources(requested: Partial<Resources>, defaults: Resources): Resources {
  const { cpu, memory, storage } = { ...defaults, ...requested };
  return { cpu, memory, storage };
}

function readUpload({ body }: ImageRow): Upload | null {
  return body.hidden.upload ?? null;
}

function countParts(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_BYTES));
}

const startUpload: Handler<'air', 'images_start_upload', ImageRow> = async (context) => {
  const row = context.target;
  const { hash, size } = context.body;
  const upload: Upload = { id: context.random.uuid(), hash: hash.toLowerCase(), size, parts: {} };
  await amend(context, IMAGES, row, (before) => {
    requireStatus(before, 'start an upload', ['READY', 'COMPLETE']);
    return { members: { upload_status: 'UPLOADING' as const }, hidden: { upload } };
  });
  const part_urls = Array.from({ length: countParts(size) }, (_, index) => ({
    part_number: index + 1,
    url: `${context.openOrigin}/api/v3/uploads/${row.id}.${upload.id}/${index + 1}`,
  }));
  return { status: 200, body: { upload_id: upload.id, part_urls, chunk_size: CHUNK_BYTES } };
};

/** @throws Problem unless the upload has one of these statuses */
function requireStatus(
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

/** Receives a part. The URL itself is the credential. */
const putPart: Handler<'air', 'uploads_put_part'> = async (context) => {
  const { store, params, now } = context;
  const [imageId = '', uploadId = ''] = params.uploadId.split('.');
  const number = params.partNumber;
  const image = await collectionOf(IMAGES).byId(store.collections, imageId);
  const upload = image === null ? null : readUpload(image);
  const isNumber = /^[1-9]\d*$/.test(number);
  if (
    upload === null ||
    upload.id !== uploadId ||
    !(isNumber && Number(number) >= 1 && Number(number) <= countParts(upload.size))
  ) {
    throw new Problem(
      'not_found',
      'There is no upload with this part. Use the `part_urls` of the upload that was started last.',
    );
  }
  const expected = calculatePartBytes(upload, Number(number));
  const { size, hash } = await context.digest(expected);
  if (size !== expected) {
    throw new Problem('invalid_request', `Part ${number} has ${size} bytes; expected ${expected}.`);
  }
  const part: Part = { size, etag: hash };
  try {
    await collectionOf(IMAGES).change(store.collections, imageId, (before) =>
      addPart(before, uploadId, number, part, now),
    );
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
  return { status: 200, headers: { etag: `"${hash}"` } };
};

function calculatePartBytes({ size }: Upload, number: number): number {
  return number < countParts(size) ? CHUNK_BYTES : size - (countParts(size) - 1) * CHUNK_BYTES;
}

function addPart(row: ImageRow, uploadId: string, number: string, part: Part, now: number): ImageRow {
  const upload = readUpload(row);
  if (upload?.id !== uploadId)
    throw new Problem(
      'not_found',
      'There is no upload with this part. Use the `part_urls` of the upload that was started last.',
    );
  const next = { ...upload, parts: { ...upload.parts, [number]: part } };
  return changeRow(row, IMAGES, now, { hidden: { upload: next } });
}

/**
 * Completes an upload. If parts differ from the announced upload, it stays open so that the client can correct them.
 */
const completeUpload: Handler<'air', 'images_complete_upload', ImageRow> = async (context) => {
  const row = context.target;
  const { now, body } = context;
  const next = await amend(context, IMAGES, row, (before) => {
    requireStatus(before, 'complete its upload', ['UPLOADING']);
    const upload = readUpload(before);
    if (upload === null) throw new Error('an image with status UPLOADING has no upload');
    checkParts(upload, body.parts);
    const { size, hash } = upload;
    const members = { upload_status: 'COMPLETE', size, hash, last_uploaded_at: rfc3339(now) } as const;
    return { members, hidden: { upload: null } };
  });
  return { status: 200, body: renderImage(context, next) };
};

function checkParts(upload: Upload, parts: readonly { part_number: number; etag: string }[]): void {
  const count = countParts(upload.size);
  if (parts.length !== count) {
    throw new Problem('invalid_request', `Field \`parts\` has ${parts.length} parts; expected ${count}.`);
  }
  for (const [index, { part_number, etag }] of parts.entries()) {
    if (part_number !== index + 1) {
      throw new Problem(
        'invalid_request',
        `Field \`parts[${index}].part_number\` must be ${index + 1}: list the parts in order.`,
      );
    }
    const uploaded = upload.parts[String(part_number)];
    if (uploaded === undefined)
      throw new Problem('invalid_request', `Field \`parts[${index}]\`: part ${part_number} was not uploaded.`);
    if (uploaded.etag !== etag.replaceAll('"', '')) {
      throw new Problem(
        'invalid_request',
        `Field \`parts[${index}].etag\` must be the ETag from the response to the upload of this part.`,
      );
    }
  }
  const [only] = Object.values(upload.parts);
  if (count === 1 && only !== undefined && only.etag !== upload.hash) {
    throw new Problem('invalid_request', 'Field `hash` of the upload is not the SHA-256 of the uploaded bytes.');
  }
}

const abortUpload: Handler<'air', 'images_abort_upload', ImageRow> = async (context) => {
  const row = context.target;
  await amend(context, IMAGES, row, (before) => {
    requireStatus(before, 'abort an upload', ['UPLOADING']);
    const isFilled = before.body.members.size > 0;
    const upload_status = isFilled ? ('COMPLETE' as const) : ('READY' as const);
    return { members: { upload_status }, hidden: { upload: null } };
  });
  return { status: 204 };
};

const clearUpload: Handler<'air', 'images_clear_upload', ImageRow> = async (context) => {
  const row = context.target;
  const next = await amend(context, IMAGES, row, (before) => {
    requireStatus(before, 'clear its upload', ['COMPLETE', 'READY', 'UPLOADING']);
    return { members: UPLOAD_MEMBERS, hidden: { upload: null } };
  });
  return { status: 200, body: renderImage(context, next) };
};

const publish: Handler<'air', 'images_publish', ImageRow> = async (context) => {
  const { name, version } = context.body;
  const next = await publishNow(context, context.target, context.body, (before) => {
    requireComplete(before);
    return pickNames(name, version);
  });
  return { status: 200, body: renderImage(context, next) };
};

/** Images with an open publish request count as complete. */
function requireComplete(row: ImageRow): void {
  requireStatus(row, 'be published', ['COMPLETE', 'PENDING_PUBLISH', 'PENDING_UNPUBLISH']);
}

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
    requireComplete(before);
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

/** The source organisation sees the share; the target organisation can claim it. */
const SHARE_HOOKS: HooksOf<'image_shares'> = {
  complete: async (context, members) => {
    const image = await resolveReference(context, IMAGES, 'image', members.image);
    const { target_org, expires_at } = members;
    const target = await ngcKeysIn(context.store).findOrganizationByName(target_org);
    if (target === null)
      throw new Problem('invalid_request', `Field \`target_org\` is the unknown organisation \`${target_org}\`.`);
    const { org = '' } = context.caller.principal;
    if (target.name === org)
      throw new Problem('invalid_request', 'Field `target_org` must not be your own organisation.');
    const expires = typeof expires_at === 'string' ? Date.parse(expires_at) : context.now + SHARE_LIFETIME_MS;
    if (!(expires > context.now)) throw new Problem('invalid_request', 'Field `expires_at` must be in the future.');
    return {
      members: {
        image: image.id,
        image_name: image.body.members.name,
        image_version: image.body.members.version,
        source_org_display_name: org,
        target_org_display_name: target.name,
        target_org: target.name,
        expires_at: rfc3339(expires),
        claimed_by: '',
        state: 'ACTIVE',
      },
      hidden: { target: target.ncaId },
    };
  },
  view: renderShare,
};

function renderShare({ now }: Pick<AuthenticatedContext, 'now'>, row: ShareRow): Schema<'air', 'ImageShare'> {
  return { ...renderStored(row), state: readShareState(row, now) };
}

/** Updates expired shares in the store first, so that filters by state find them. */
const listShares: Handler<'air', 'image_shares_list'> = async (context) => {
  const { store, now } = context;
  const rows = await collectionOf(IMAGE_SHARES).ofOwner(store.collections, accountOf(context));
  const expired = rows.filter((row) => row.body.members.state === 'ACTIVE' && readShareState(row, now) === 'EXPIRED');
  const changes = expired.map((row) => createPut(changeRow(row, IMAGE_SHARES, now, { members: { state: 'EXPIRED' } })));
  if (changes.length > 0) await store.collections.commit(changes);
  return createPage(context, IMAGE_SHARES, (row) => renderShare(context, row));
};

function readShareState({ body: { members } }: ShareRow, now: number): string {
  if (members.state !== 'ACTIVE') return members.state;
  return Date.parse(members.expires_at) <= now ? 'EXPIRED' : 'ACTIVE';
}

/** Copies a shared image to the caller's organisation. A share can be claimed only once. */
const claim: Handler<'air', 'image_shares_claim'> = async (context) => {
  const { image_share, name, version } = context.body;
  const { store, now } = context;
  const share = await collectionOf(IMAGE_SHARES).byId(store.collections, image_share);
  if (share === null || share.body.hidden.target !== accountOf(context)) throw new Problem('not_found');
  const image = await collectionOf(IMAGES).byId(store.collections, share.body.members.image);
  if (image === null) throw new Problem('not_found');
  const { members } = image.body;
  const row = createOwnedRow(context, IMAGES, {
    members: {
      ...members,
      name: name ?? members.name,
      version: version ?? members.version,
      creator: creatorOf(context),
      published: false,
      publicly_published: false,
      publish_access_record_id: null,
    },
  });
  await amend(
    context,
    IMAGE_SHARES,
    share,
    (before) => {
      const state = readShareState(before, now);
      if (state !== 'ACTIVE') throw new Problem('bad_state', `The share is \`${state}\`; expected \`ACTIVE\`.`);
      return { members: { state: 'CLAIMED', claimed_by: creatorOf(context) } };
    },
    () => [createPut(row)],
  );
  return { status: 201, body: renderImage(context, row) };
};

export const imageOperations = {
  ...createOperations(IMAGES, IMAGE_HOOKS),
  images_start_upload: startUpload,
  images_complete_upload: completeUpload,
  images_abort_upload: abortUpload,
  images_clear_upload: clearUpload,
  images_publish: publish,
  images_unpublish: unpublish,
  images_request_publish: requestPublish,
  images_request_unpublish: requestUnpublish,
  images_request_public: requestPublic,
  images_request_allowlist_change: requestAllowlistChange,
  images_cancel_publish_access_record: cancel,
  ...createOperations(IMAGE_SHARES, SHARE_HOOKS),
  image_shares_list: listShares,
  image_shares_claim: claim,
  uploads_put_part: putPart,
};
