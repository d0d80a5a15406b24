import type { AuthenticatedContext } from '../../contract/request.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import { rfc3339 } from '../../lib/clock.ts';
import { isOneOf } from '../../lib/members.ts';
import { ANYONE } from '../../store/row.ts';
import { ngcKeysIn } from '../ngc-keys/index.ts';
import { creatorOf, orgIdOf } from './caller.ts';
import { changeRow, createPut, createRow, type DraftOf } from './objects.ts';
import { createHistoryEntry } from './operations/histories.ts';
import { collectionOf, type HiddenOf, isRowOf, type MembersOf, type RowOf, type Table } from './stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS, IMAGES } from './tables/images.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS, DEMOS } from './tables/marketplace.ts';

type PublishedName = 'images' | 'demos';
export type RecordName = 'image_publish_access_records' | 'demo_publish_access_records';

export type PublishedRow = RowOf<PublishedName>;
export type RecordRow = RowOf<RecordName>;
type RecordMembers = MembersOf<RecordName>;
type Status = RecordMembers['status'];

export interface Publication {
  readonly noun: 'image' | 'demo';
  /** The kind in history entries. */
  readonly model: 'image' | 'marketplacedemo';
  readonly table: Table<PublishedName>;
  readonly records: Table<RecordName>;
}

export const IMAGE: Publication = {
  noun: 'image',
  model: 'image',
  table: IMAGES,
  records: IMAGE_PUBLISH_ACCESS_RECORDS,
};
export const DEMO: Publication = {
  noun: 'demo',
  model: 'marketplacedemo',
  table: DEMOS,
  records: DEMO_PUBLISH_ACCESS_RECORDS,
};

function publicationOf(row: PublishedRow): Publication {
  return isRowOf(IMAGES, row) ? IMAGE : DEMO;
}

type Visibility = 'unpublished' | 'restricted' | 'public';

type OpenStatus = Extract<Status, `PENDING${string}`>;

/** Open requests, by status: their subject in messages, and the visibility that the object must have. */
export const PUBLISH_REQUESTS: Readonly<
  Record<OpenStatus, { readonly subject: string; readonly visibilities: readonly Visibility[] }>
> = {
  PENDING: { subject: 'Publication', visibilities: ['unpublished'] },
  PENDING_ELEVATION: { subject: 'Public visibility', visibilities: ['restricted'] },
  PENDING_RESTRICTION: { subject: 'Restricted visibility', visibilities: ['public'] },
  PENDING_ALLOWLIST: { subject: 'A change of the allowed organisations', visibilities: ['restricted'] },
  PENDING_UNPUBLISH: { subject: 'Unpublishing', visibilities: ['restricted', 'public'] },
};

export function isOpen(status: Status): status is OpenStatus {
  return status in PUBLISH_REQUESTS;
}

function visibilityOf({ body: { members } }: PublishedRow): Visibility {
  if (!members.published) return 'unpublished';
  return members.publicly_published === true ? 'public' : 'restricted';
}

export interface PublicationChange {
  readonly members?: Partial<MembersOf<PublishedName>>;
  readonly sharedWith?: readonly string[];
  readonly record: Partial<RecordMembers> & { readonly status: Status };
  readonly hidden?: Partial<HiddenOf<RecordName>>;
  /** Whether to detach the record from the object. */
  readonly endsPublication?: boolean;
  readonly description: string;
}

/**
 * Changes an object and its record in one commit. Creates a record if the object has none.
 *
 * @param decide called again if one of them has changed in the meantime
 * @throws Problem if the object no longer exists
 */
export async function updatePublication<ObjectRow extends PublishedRow>(
  context: AuthenticatedContext,
  { model, table, records }: Publication,
  id: string,
  decide: (object: ObjectRow, record: RecordRow | null) => PublicationChange | Promise<PublicationChange>,
): Promise<{ readonly object: ObjectRow; readonly record: RecordRow }> {
  const { store, now } = context;
  const { collections } = store;
  return collections.updating(async (commit) => {
    const before = await collectionOf(table).byId(collections, id);
    if (before === null) throw new Problem('not_found');
    const current = await readRecord(context, records, before);
    // Safe cast: the object stays in its resource.
    const step = await decide(before as ObjectRow, current);
    const record = changeRow(current ?? createRecord(context, records, before), records, now, {
      members: step.record,
      ...(step.hidden !== undefined && { hidden: step.hidden }),
    });
    const object = changeRow(before, table, now, {
      members: { ...step.members, publish_access_record_id: step.endsPublication === true ? null : record.id },
      ...(step.sharedWith !== undefined && { sharedWith: step.sharedWith }),
    });
    const historyEntry = createHistoryEntry(context, model, id, step.description, ['publishing']);
    const [stored] = await commit([createPut(object), createPut(record), historyEntry]);
    return { object: stored as ObjectRow, record };
  });
}

async function readRecord(
  { store }: AuthenticatedContext,
  records: Table<RecordName>,
  { body }: PublishedRow,
): Promise<RecordRow | null> {
  const id = body.members.publish_access_record_id;
  return typeof id === 'string' ? collectionOf(records).byId(store.collections, id) : null;
}

export async function hasOpenRequest(context: AuthenticatedContext, row: PublishedRow): Promise<boolean> {
  const record = await readRecord(context, publicationOf(row).records, row);
  return record !== null && isOpen(record.body.members.status);
}

/** Builds the first record of an object. It belongs to the object's organisation. */
function createRecord(context: AuthenticatedContext, records: Table<RecordName>, object: PublishedRow): RecordRow {
  const identity = { id: context.random.uuid(), owner: object.owner };
  const times = { created: context.now, modified: context.now };
  const org = context.caller.principal.org ?? null;
  return createRow(records, identity, times, createRecordDraft(object.body.members, object.id, org));
}

/** Builds a draft of an open record. @param org name of the requesting organisation */
export function createRecordDraft(
  members: MembersOf<PublishedName>,
  id: string,
  org: string | null,
): DraftOf<RecordName> {
  const common = {
    requested_by: null,
    requested_at: null,
    requesting_org: org,
    requesting_org_display_name: org,
    requesting_org_ngc_org_name: org,
    reviewed_by: null,
    reviewed_at: null,
    status: 'PENDING',
    publicly_published: false,
    prefer_public: true,
    justification: '',
    allowed_orgs_request_text: '',
    allowed_orgs: [],
    denial_reason: '',
  } as const;
  const named =
    'version' in members
      ? { image: id, image_name: members.name, image_version: members.version }
      : { marketplace_demo: id, marketplace_demo_name: members.name };
  return { members: { ...common, ...named }, hidden: { requested_by_email: '', asked: {} } };
}

interface RequestOf<ObjectRow, Body> extends AuthenticatedContext<ObjectRow> {
  readonly body: Body;
}

interface PublishRequest {
  readonly justification: string;
  readonly prefer_public?: boolean;
  readonly allowed_orgs_request_text?: string;
}

export function requestVisibility<ObjectRow extends PublishedRow>(
  context: RequestOf<ObjectRow, PublishRequest>,
): Promise<ObjectRow> {
  return openRequest(context, context.body.prefer_public === true ? 'PENDING_ELEVATION' : 'PENDING_RESTRICTION');
}

/** @param more `hidden` is for the approval @throws Problem if a request is open, or the visibility is wrong */
export async function openRequest<ObjectRow extends PublishedRow>(
  context: RequestOf<ObjectRow, PublishRequest>,
  status: OpenStatus,
  more: (object: ObjectRow) => Pick<PublicationChange, 'members' | 'hidden'> = () => ({}),
): Promise<ObjectRow> {
  const { target, body: options } = context;
  const publication = publicationOf(target);
  const { noun: what } = publication;
  const { subject, visibilities } = PUBLISH_REQUESTS[status];
  const { object } = await updatePublication<ObjectRow>(context, publication, target.id, (before, record) => {
    if (record !== null && isOpen(record.body.members.status)) {
      const message = `The ${what} already has an open request, \`${record.body.members.status}\`; cancel it first.`;
      throw new Problem('conflict', message);
    }
    const visibility = visibilityOf(before);
    if (!isOneOf(visibilities, visibility)) {
      const message = `The ${what} is ${visibility}. ${subject} can be requested only if the ${what} is ${visibilities.join(' or ')}.`;
      throw new Problem('bad_state', message);
    }
    const { members, hidden } = more(before);
    const email = creatorOf(context);
    return {
      members: { ...members, ...createUploadStatusMember(publication, UPLOAD_STATUS[status]) },
      record: {
        status,
        requested_by: email,
        requested_at: rfc3339(context.now),
        reviewed_by: null,
        reviewed_at: null,
        justification: options.justification,
        prefer_public: options.prefer_public ?? status !== 'PENDING_ALLOWLIST',
        allowed_orgs_request_text: options.allowed_orgs_request_text ?? '',
        denial_reason: '',
      },
      hidden: { requested_by_email: email, asked: hidden?.asked ?? {} },
      description: `Requested: ${status}`,
    };
  });
  return object;
}

/** The `upload_status` of an image with an open request. Other requests do not change it. */
const UPLOAD_STATUS: Partial<Record<OpenStatus, 'PENDING_PUBLISH' | 'PENDING_UNPUBLISH'>> = {
  PENDING: 'PENDING_PUBLISH',
  PENDING_UNPUBLISH: 'PENDING_UNPUBLISH',
};

/** Returns the `upload_status` of images, which also reflects open requests. */
export function createUploadStatusMember(
  { noun: what }: Publication,
  upload_status: MembersOf<'images'>['upload_status'] | undefined,
) {
  return what === 'image' && upload_status !== undefined ? { upload_status } : {};
}

/** Cancels an open request. @throws Problem if there is none */
export async function cancelRequest<ObjectRow extends PublishedRow>(
  context: AuthenticatedContext<ObjectRow>,
): Promise<ObjectRow> {
  const { target } = context;
  const publication = publicationOf(target);
  const { object } = await updatePublication<ObjectRow>(context, publication, target.id, (before, record) => {
    if (record === null || !isOpen(record.body.members.status)) {
      throw new Problem('bad_state', `The ${publication.noun} has no open request.`);
    }
    const isFirst = !before.body.members.published;
    return {
      members: createUploadStatusMember(publication, 'COMPLETE'),
      record: { status: isFirst ? 'CANCELLED' : 'APPROVED', requested_at: null },
      endsPublication: isFirst,
      description: 'Request cancelled',
    };
  });
  return object;
}

/** @throws Problem if the object is to be public, but there are allowed organisations */
export async function grantVisibility(
  context: AuthenticatedContext,
  { owner }: PublishedRow,
  publicly_published: boolean,
  allowed_orgs: readonly string[] = [],
): Promise<Required<Pick<PublicationChange, 'members' | 'sharedWith' | 'record'>>> {
  if (publicly_published && allowed_orgs.length > 0) {
    const message = 'Field `allowed_orgs` must be empty or omitted if the object is visible to every organisation.';
    throw invalidRequest(message);
  }
  return {
    members: { published: true, publicly_published },
    sharedWith: publicly_published ? [ANYONE] : await listAccounts(context, allowed_orgs),
    record: {
      status: 'APPROVED',
      publicly_published,
      allowed_orgs: publicly_published ? [] : [...new Set([orgIdOf(owner), ...allowed_orgs])],
      ...createReviewMembers(context),
    },
  };
}

/** Returns the accounts of organisations. @param ids from `orgIdOf` */
async function listAccounts({ store }: AuthenticatedContext, ids: readonly string[]): Promise<readonly string[]> {
  const accounts = (await ngcKeysIn(store).listOrganizations()).map(({ ncaId }) => ncaId);
  return accounts.filter((account) => ids.includes(orgIdOf(account)));
}

export function createReviewMembers(context: AuthenticatedContext) {
  return { reviewed_by: creatorOf(context), reviewed_at: rfc3339(context.now) };
}

/** Publishes without a request. @throws Problem if the object is already published */
export async function publishNow<ObjectRow extends PublishedRow>(
  context: RequestOf<
    ObjectRow,
    {
      readonly prefer_public?: boolean;
      readonly allowed_orgs?: readonly string[];
      readonly justification?: string | null;
    }
  >,
  more: (object: ObjectRow) => Partial<MembersOf<PublishedName>>,
): Promise<ObjectRow> {
  const { target, body } = context;
  const { prefer_public = true, allowed_orgs, justification } = body;
  const publication = publicationOf(target);
  const { object } = await updatePublication<ObjectRow>(context, publication, target.id, async (before) => {
    const otherMembers = more(before);
    if (before.body.members.published) throw new Problem('bad_state', `The ${publication.noun} is already published.`);
    const { members, sharedWith, record } = await grantVisibility(context, before, prefer_public, allowed_orgs);
    return {
      members: { ...members, ...createUploadStatusMember(publication, 'COMPLETE'), ...otherMembers },
      sharedWith,
      record: { ...record, prefer_public, ...(typeof justification === 'string' && { justification }) },
      description: 'Published',
    };
  });
  return object;
}

/** Returns the changes that end a publication. @param more further changes to the object */
export function buildUnpublication(
  context: AuthenticatedContext,
  publication: Publication,
  more: Partial<MembersOf<PublishedName>> = {},
): PublicationChange {
  return {
    members: {
      published: false,
      publicly_published: false,
      ...createUploadStatusMember(publication, 'COMPLETE'),
      ...more,
    },
    sharedWith: [],
    record: { status: 'REMOVED', publicly_published: false, allowed_orgs: [], ...createReviewMembers(context) },
    endsPublication: true,
    description: 'Unpublished',
  };
}

/** Ends a publication without a request. @throws Problem if the object is not published */
export async function unpublishNow<ObjectRow extends PublishedRow>(
  context: AuthenticatedContext<ObjectRow>,
  more: Partial<MembersOf<PublishedName>> = {},
): Promise<ObjectRow> {
  const { target } = context;
  const publication = publicationOf(target);
  const { object } = await updatePublication<ObjectRow>(context, publication, target.id, (before) => {
    if (!before.body.members.published) throw new Problem('bad_state', `The ${publication.noun} is not published.`);
    return buildUnpublication(context, publication, more);
  });
  return object;
}
