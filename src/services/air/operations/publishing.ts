import type { AuthenticatedContext } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { isOperator } from '../caller.ts';
import { createOperations, type HandlersOf } from '../crud.ts';
import { renderStored } from '../objects.ts';
import {
  buildUnpublication,
  createReviewMembers,
  createUploadStatusMember,
  DEMO,
  grantVisibility,
  IMAGE,
  isOpen,
  PUBLISH_REQUESTS,
  type Publication,
  type PublicationChange,
  type PublishedRow,
  type RecordRow,
  updatePublication,
} from '../publishing.ts';
import type { RowOf } from '../stored.ts';
import { IMAGE_PUBLISH_ACCESS_RECORDS } from '../tables/images.ts';
import { DEMO_PUBLISH_ACCESS_RECORDS } from '../tables/marketplace.ts';

/** Renders a record. Only operators see its allowed organisations. */
function renderRecord<Members extends RecordRow['body']['members']>(
  context: AuthenticatedContext,
  row: Parameters<typeof renderStored<Members>>[0],
) {
  const view = renderStored(row);
  return isOperator(context) ? view : { ...view, allowed_orgs: null };
}

/** Returns the changes of an operator's decision. @throws Problem if the decision is not possible */
type Decide = (
  context: AuthenticatedContext,
  publication: Publication,
  object: PublishedRow,
  record: RecordRow,
) => PublicationChange | Promise<PublicationChange>;

/** Changes the object of a record. @throws Problem if the record is no longer the object's current one */
async function review<Reviewed extends RecordRow>(
  context: AuthenticatedContext<Reviewed>,
  decide: Decide,
): Promise<Reviewed> {
  const { target } = context;
  const { members } = target.body;
  const [publication, id] = 'image' in members ? [IMAGE, members.image] : [DEMO, members.marketplace_demo];
  const { record } = await updatePublication(context, publication, id, (before, current) => {
    if (current?.id === target.id) return decide(context, publication, before, current);
    throw new Problem('bad_state', `The record is closed: its status is \`${members.status}\`.`);
  });
  // Safe cast: this is the target, with changes.
  return record as Reviewed;
}

/** @throws Problem if the record has no open request */
function requireOpenStatus({ body }: RecordRow): keyof typeof PUBLISH_REQUESTS {
  const { status } = body.members;
  if (isOpen(status)) return status;
  const open = Object.keys(PUBLISH_REQUESTS).map((openStatus) => `\`${openStatus}\``);
  throw new Problem('bad_state', `The record is \`${status}\` and needs no decision; expected ${open.join(', ')}.`);
}

interface VisibilityOptions {
  readonly publicly_published?: boolean;
  readonly allowed_orgs?: readonly string[];
}

function createApproval({ publicly_published, allowed_orgs }: VisibilityOptions): Decide {
  return async (context, publication, before, record) => {
    const status = requireOpenStatus(record);
    if (status === 'PENDING_UNPUBLISH') {
      return { ...buildUnpublication(context, publication, record.body.hidden.asked), hidden: { asked: {} } };
    }
    const isPublic = publicly_published ?? record.body.members.prefer_public;
    if (status === 'PENDING_ELEVATION' && !isPublic) {
      const message = 'Field `publicly_published` must be true or omitted: the request is for public visibility.';
      throw invalidRequest(message);
    }
    const { members, ...shown } = await grantVisibility(context, before, isPublic, allowed_orgs);
    return {
      ...shown,
      members: { ...members, ...createUploadStatusMember(publication, 'COMPLETE'), ...record.body.hidden.asked },
      hidden: { asked: {} },
      description: `Approved: ${status}`,
    };
  };
}

function createDenial({ denial_reason = '' }: { readonly denial_reason?: string }): Decide {
  return (context, publication, before, record) => {
    const status = requireOpenStatus(record);
    return {
      members: createUploadStatusMember(publication, 'COMPLETE'),
      record: { status: 'DENIED', denial_reason, ...createReviewMembers(context) },
      hidden: { asked: {} },
      endsPublication: !before.body.members.published,
      description: `Denied: ${status}`,
    };
  };
}

function createVisibilityChange({ publicly_published, allowed_orgs }: VisibilityOptions): Decide {
  return async (context, { noun: what }, before, record) => {
    const { status } = record.body.members;
    if (isOpen(status))
      throw new Problem('bad_state', `The record is \`${status}\`; approve or deny the request first.`);
    if (!before.body.members.published) throw new Problem('bad_state', `The ${what} is not published.`);
    const isPublic = publicly_published ?? before.body.members.publicly_published ?? false;
    const description = isPublic ? 'Visible to every organisation' : 'Visible to some organisations';
    return { ...(await grantVisibility(context, before, isPublic, allowed_orgs)), description };
  };
}

/** The decisions about records, which they respond with. */
function createReviews<Reviewed extends RecordRow>() {
  type Reviewing = AuthenticatedContext<Reviewed>;
  const respond = async (context: Reviewing, decide: Decide) => {
    const record = await review(context, decide);
    return { status: 200 as const, body: renderRecord<Reviewed['body']['members']>(context, record) };
  };
  return {
    approve: (context: Reviewing & { readonly body: VisibilityOptions }) =>
      respond(context, createApproval(context.body)),
    deny: (context: Reviewing & { readonly body: Parameters<typeof createDenial>[0] }) =>
      respond(context, createDenial(context.body)),
    setVisibility: (context: Reviewing & { readonly body: VisibilityOptions }) =>
      respond(context, createVisibilityChange(context.body)),
  };
}

const imageReviews = createReviews<RowOf<'image_publish_access_records'>>();

export const imageReviewOperations = {
  ...createOperations(IMAGE_PUBLISH_ACCESS_RECORDS, { view: renderRecord }),
  image_publish_access_records_approve: imageReviews.approve,
  image_publish_access_records_deny: imageReviews.deny,
  image_publish_access_records_set_visibility: imageReviews.setVisibility,
} satisfies HandlersOf<'image_publish_access_records'>;

const demoReviews = createReviews<RowOf<'demo_publish_access_records'>>();

export const demoReviewOperations = {
  ...createOperations(DEMO_PUBLISH_ACCESS_RECORDS, { view: renderRecord }),
  demo_publish_access_records_approve: demoReviews.approve,
  demo_publish_access_records_deny: demoReviews.deny,
  demo_publish_access_records_set_visibility: demoReviews.setVisibility,
} satisfies HandlersOf<'demo_publish_access_records'>;
