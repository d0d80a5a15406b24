import type { AuthenticatedContext } from '../../contract/request.ts';
import { rfc3339 } from '../../core/clock.ts';
import { isOneOf } from '../../core/members.ts';
import { Problem } from '../../core/problem.ts';
import { updating } from '../../store/updating.ts';
import { audienceOf, orgIdOf } from './audience.ts';
import { creatorOf } from './caller.ts';
import { entry } from './histories.ts';
import { airRow, changedRow, type DraftOf, put } from './objects.ts';
import { collectionOf, type HiddenOf, type MembersOf, type RowOf } from './stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS, IMAGES } from './tables/images.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS, DEMOS } from './tables/marketplace.ts';

type Published = 'images' | 'demos';
/** The collections of records. */
export type Recorded = 'image_publish_access_records' | 'demo_publish_access_records';

type PublishedRow = RowOf<Published>;
type RecordRow = RowOf<Recorded>;
type RecordMembers = MembersOf<Recorded>;
type Status = RecordMembers['status'];

/** What is published: images and demos, each with its records. */
const PUBLICATIONS = {
  image: { what: 'image', resource: IMAGES, records: IMAGE_PUBLISH_ACCESS_RECORDS },
  demo: { what: 'demo', resource: DEMOS, records: DEMO_PUBLISH_ACCESS_RECORDS },
} as const;

type Publication = (typeof PUBLICATIONS)[keyof typeof PUBLICATIONS];
export const { image: IMAGE_PUBLICATION, demo: DEMO_PUBLICATION } = PUBLICATIONS;

type Visibility = 'unpublished' | 'restricted' | 'public';

/** The open requests: what each asks for, and the visibility that the object must have. */
const REQUESTS = {
  PENDING: { asks: 'Its publication', from: ['unpublished'] },
  PENDING_ELEVATION: { asks: 'Public visibility', from: ['restricted'] },
  PENDING_RESTRICTION: { asks: 'Restricted visibility', from: ['public'] },
  PENDING_ALLOWLIST: { asks: 'Another list of organisations', from: ['restricted'] },
  PENDING_UNPUBLISH: { asks: 'An end of its publication', from: ['restricted', 'public'] },
} as const satisfies Partial<Record<Status, { readonly asks: string; readonly from: readonly Visibility[] }>>;

type Open = keyof typeof REQUESTS;

function isOpen(status: Status): status is Open {
  return status in REQUESTS;
}

function visibilityOf({ body: { members } }: PublishedRow): Visibility {
  if (!members.published) return 'unpublished';
  return members.publicly_published === true ? 'public' : 'restricted';
}

/** What a step changes: members of the object, who sees it, and members of its record. */
interface Step {
  readonly members?: Partial<MembersOf<Published>>;
  readonly sharedWith?: readonly string[];
  readonly record: Partial<RecordMembers> & { readonly status: Status };
  readonly hidden?: Partial<HiddenOf<Recorded>>;
  /** The object has no record any more. */
  readonly isOver?: boolean;
  /** For the history of the object. */
  readonly description: string;
}

interface Settled<Its extends PublishedRow> {
  readonly object: Its;
  readonly record: RecordRow;
}

/**
 * Changes an object and its record in one commit. An object without a record gets one.
 *
 * @param decide may be called again if one of them has changed meanwhile
 * @throws Problem if the object no longer exists
 */
async function settle<Its extends PublishedRow>(
  context: AuthenticatedContext,
  { resource, records }: Publication,
  id: string,
  decide: (object: Its, record: RecordRow | null) => Step | Promise<Step>,
): Promise<Settled<Its>> {
  const { store, now } = context;
  const { collections } = store;
  return updating(collections, async () => {
    const before = await collectionOf<Published>(resource).byId(collections, id);
    if (before === null) throw new Problem('not_found');
    const known = await recordOf(context, records, before);
    // The object of a publication is of its resource, before and after.
    const step = await decide(before as Its, known);
    const record = changedRow<Recorded>(known ?? newRecord(context, records, before), records, now, {
      members: step.record,
      ...(step.hidden !== undefined && { hidden: step.hidden }),
    });
    const object = changedRow<Published>(before, resource, now, {
      members: { ...step.members, publish_access_record_id: step.isOver === true ? null : record.id },
      ...(step.sharedWith !== undefined && { sharedWith: step.sharedWith }),
    });
    const model = resource === IMAGES ? 'image' : 'marketplacedemo';
    const told = entry(context, model, id, step.description, ['publishing']);
    const revision = await collections.commit([put(object), put(record), told]);
    return { object: { ...object, revision } as Its, record };
  });
}

async function recordOf(
  { store }: AuthenticatedContext,
  records: Publication['records'],
  { body }: PublishedRow,
): Promise<RecordRow | null> {
  const id = body.members.publish_access_record_id;
  return typeof id === 'string' ? collectionOf<Recorded>(records).byId(store.collections, id) : null;
}

/** Whether a request about the object waits for a decision. */
export async function hasOpenRequest(
  context: AuthenticatedContext,
  { records }: Publication,
  row: PublishedRow,
): Promise<boolean> {
  const record = await recordOf(context, records, row);
  return record !== null && isOpen(record.body.members.status);
}

/** The record of an object that has none; it belongs to the organisation of the object. */
function newRecord(context: AuthenticatedContext, records: Publication['records'], object: PublishedRow): RecordRow {
  const place = { id: context.random.uuid(), owner: object.owner };
  const times = { created: context.now, modified: context.now };
  const org = context.caller.principal.org ?? null;
  return airRow<Recorded>(records, place, times, recordDraft(object.body.members, object.id, org));
}

/** Drafts a record of which nothing is decided. @param org the name of the organisation that asks */
export function recordDraft(members: MembersOf<Published>, id: string, org: string | null): DraftOf<Recorded> {
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

/** The members of a request. */
interface Asked {
  readonly justification: string;
  readonly prefer_public?: boolean;
  readonly allowed_orgs_request_text?: string;
}

/**
 * Opens a request, which an operator of the platform approves or denies.
 *
 * @param more changes of the object with the request, and changes that its approval makes
 * @throws Problem if a request is open, or if the object does not have the visibility that it needs
 */
export async function openRequest<Its extends PublishedRow>(
  context: AuthenticatedContext,
  publication: Publication,
  { id }: Its,
  status: Open,
  asked: Asked,
  more: (object: Its) => Pick<Step, 'members' | 'hidden'> = () => ({}),
): Promise<Its> {
  const { what } = publication;
  const { asks, from } = REQUESTS[status];
  const { object } = await settle<Its>(context, publication, id, (before, record) => {
    if (record !== null && isOpen(record.body.members.status)) {
      const message = `The ${what} already has an open request, \`${record.body.members.status}\`; cancel it first.`;
      throw new Problem('conflict', message);
    }
    const visibility = visibilityOf(before);
    if (!isOneOf(from, visibility)) {
      const message = `The ${what} is ${visibility}. ${asks} can be requested only if it is ${from.join(' or ')}.`;
      throw new Problem('bad_state', message);
    }
    const { members, hidden } = more(before);
    const email = creatorOf(context);
    return {
      members: { ...members, ...uploadStatus(publication, UPLOAD_STATUS[status]) },
      record: {
        status,
        requested_by: email,
        requested_at: rfc3339(context.now),
        reviewed_by: null,
        reviewed_at: null,
        justification: asked.justification,
        prefer_public: asked.prefer_public ?? status !== 'PENDING_ALLOWLIST',
        allowed_orgs_request_text: asked.allowed_orgs_request_text ?? '',
        denial_reason: '',
      },
      hidden: { requested_by_email: email, asked: hidden?.asked ?? {} },
      description: `Requested: ${status}`,
    };
  });
  return object;
}

/** An image shows an open request about its publication in its `upload_status`, too. */
const UPLOAD_STATUS: Partial<Record<Open, 'PENDING_PUBLISH' | 'PENDING_UNPUBLISH'>> = {
  PENDING: 'PENDING_PUBLISH',
  PENDING_UNPUBLISH: 'PENDING_UNPUBLISH',
};

function uploadStatus({ what }: Publication, upload_status: MembersOf<'images'>['upload_status'] | undefined) {
  return what === 'image' && upload_status !== undefined ? { upload_status } : {};
}

/** Takes an open request back. @throws Problem if there is none */
export async function cancelRequest<Its extends PublishedRow>(
  context: AuthenticatedContext,
  publication: Publication,
  { id }: Its,
): Promise<Its> {
  const { object } = await settle<Its>(context, publication, id, (before, record) => {
    if (record === null || !isOpen(record.body.members.status)) {
      throw new Problem('bad_state', `The ${publication.what} has no open request.`);
    }
    const isFirst = !before.body.members.published;
    return {
      members: uploadStatus(publication, 'COMPLETE'),
      record: { status: isFirst ? 'CANCELLED' : 'APPROVED', requested_at: null },
      isOver: isFirst,
      description: 'Request cancelled',
    };
  });
  return object;
}

/** Who is to see an object. */
interface Audience {
  readonly publicly_published?: boolean;
  /** Ids of organisations. */
  readonly allowed_orgs?: readonly string[];
}

/** @throws Problem if the audience contradicts itself */
async function madeVisible(
  context: AuthenticatedContext,
  { owner }: PublishedRow,
  prefer_public: boolean,
  allowed_orgs: readonly string[] = [],
): Promise<Pick<Step, 'members' | 'sharedWith'> & { readonly allowed: RecordMembers['allowed_orgs'] }> {
  if (prefer_public && allowed_orgs.length > 0) {
    const message = 'Field `allowed_orgs` must be left out, or be empty, if every organisation is to see the object.';
    throw new Problem('invalid_request', message);
  }
  return {
    members: { published: true, publicly_published: prefer_public },
    sharedWith: await audienceOf(context, { prefer_public, allowed_orgs }),
    allowed: prefer_public ? [] : [...new Set([orgIdOf(owner), ...allowed_orgs])],
  };
}

function reviewed(context: AuthenticatedContext) {
  return { reviewed_by: creatorOf(context), reviewed_at: rfc3339(context.now) };
}

/** Publishes at once, without a request. @throws Problem if the object is published already */
export async function publishNow<Its extends PublishedRow>(
  context: AuthenticatedContext,
  publication: Publication,
  { id }: Its,
  { prefer_public = true, allowed_orgs, justification }: PublishedAtOnce,
  more: (object: Its) => Partial<MembersOf<Published>> = () => ({}),
): Promise<Its> {
  const { object } = await settle<Its>(context, publication, id, async (before) => {
    const given = more(before);
    if (before.body.members.published) throw new Problem('bad_state', `The ${publication.what} is published already.`);
    const { members, sharedWith, allowed } = await madeVisible(context, before, prefer_public, allowed_orgs);
    return {
      members: { ...members, ...uploadStatus(publication, 'COMPLETE'), ...given },
      ...(sharedWith !== undefined && { sharedWith }),
      record: {
        status: 'APPROVED',
        publicly_published: prefer_public,
        prefer_public,
        allowed_orgs: allowed,
        ...(typeof justification === 'string' && { justification }),
        ...reviewed(context),
      },
      description: 'Published',
    };
  });
  return object;
}

interface PublishedAtOnce {
  readonly prefer_public?: boolean;
  readonly allowed_orgs?: readonly string[];
  readonly justification?: string | null;
}

function unpublished(context: AuthenticatedContext, publication: Publication): Step {
  return {
    members: { published: false, publicly_published: false, ...uploadStatus(publication, 'COMPLETE') },
    sharedWith: [],
    record: { status: 'REMOVED', publicly_published: false, allowed_orgs: [], ...reviewed(context) },
    isOver: true,
    description: 'Unpublished',
  };
}

/** Ends a publication at once. @throws Problem if the object is not published */
export async function unpublishNow<Its extends PublishedRow>(
  context: AuthenticatedContext,
  publication: Publication,
  { id }: Its,
): Promise<Its> {
  const { object } = await settle<Its>(context, publication, id, (before) => {
    if (!before.body.members.published) throw new Problem('bad_state', `The ${publication.what} is not published.`);
    return unpublished(context, publication);
  });
  return object;
}

type Decide = (object: PublishedRow, record: RecordRow) => Step | Promise<Step>;

/** Changes the object of a record. @throws Problem if the object has another record by now, or none */
async function review<Its extends RecordRow>(
  context: AuthenticatedContext<Its>,
  publication: Publication,
  decide: Decide,
): Promise<Its> {
  const { target } = context;
  const { members } = target.body;
  const id = 'image' in members ? members.image : members.marketplace_demo;
  const { record } = await settle(context, publication, id, (before, known) => {
    if (known?.id === target.id) return decide(before, known);
    throw new Problem('bad_state', `The record is over: its status is \`${members.status}\`.`);
  });
  // It is the target, changed.
  return record as Its;
}

function openStatus({ body }: RecordRow): Open {
  const { status } = body.members;
  if (isOpen(status)) return status;
  const open = Object.keys(REQUESTS).map((one) => `\`${one}\``);
  throw new Problem(
    'bad_state',
    `The record is \`${status}\`, so nothing is to be decided; expected ${open.join(', ')}.`,
  );
}

/** Does what a request asks for. @throws Problem if no request is open, or it cannot become that */
export function approve<Its extends RecordRow>(
  context: AuthenticatedContext<Its>,
  publication: Publication,
  body: Audience,
): Promise<Its> {
  return review(context, publication, async (before, record) => {
    const status = openStatus(record);
    if (status === 'PENDING_UNPUBLISH') return unpublished(context, publication);
    const { publicly_published = record.body.members.prefer_public, allowed_orgs } = body;
    if (status === 'PENDING_ELEVATION' && !publicly_published) {
      const message = 'Field `publicly_published` must be true, or be left out: the request is for public visibility.';
      throw new Problem('invalid_request', message);
    }
    const { members, sharedWith, allowed } = await madeVisible(context, before, publicly_published, allowed_orgs);
    return {
      members: { ...members, ...uploadStatus(publication, 'COMPLETE'), ...record.body.hidden.asked },
      ...(sharedWith !== undefined && { sharedWith }),
      record: { status: 'APPROVED', publicly_published, allowed_orgs: allowed, ...reviewed(context) },
      hidden: { asked: {} },
      description: `Approved: ${status}`,
    };
  });
}

/** Leaves the object as it is. @throws Problem if no request is open */
export function deny<Its extends RecordRow>(
  context: AuthenticatedContext<Its>,
  publication: Publication,
  { denial_reason = '' }: { readonly denial_reason?: string },
): Promise<Its> {
  return review(context, publication, (before, record) => {
    const status = openStatus(record);
    return {
      members: uploadStatus(publication, 'COMPLETE'),
      record: { status: 'DENIED', denial_reason, ...reviewed(context) },
      hidden: { asked: {} },
      isOver: !before.body.members.published,
      description: `Denied: ${status}`,
    };
  });
}

/** Changes who sees a published object. @throws Problem if it is not published, or a request is open */
export function setVisibility<Its extends RecordRow>(
  context: AuthenticatedContext<Its>,
  publication: Publication,
  body: Audience,
): Promise<Its> {
  const { what } = publication;
  return review(context, publication, async (before, record) => {
    const { status } = record.body.members;
    if (isOpen(status))
      throw new Problem('bad_state', `The record is \`${status}\`; approve or deny the request first.`);
    if (!before.body.members.published) throw new Problem('bad_state', `The ${what} is not published.`);
    const { publicly_published = before.body.members.publicly_published ?? false, allowed_orgs } = body;
    const { members, sharedWith, allowed } = await madeVisible(context, before, publicly_published, allowed_orgs);
    return {
      ...(members !== undefined && { members }),
      ...(sharedWith !== undefined && { sharedWith }),
      record: { status: 'APPROVED', publicly_published, allowed_orgs: allowed, ...reviewed(context) },
      description: publicly_published ? 'Visible to every organisation' : 'Visible to some organisations',
    };
  });
}
