import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { accountOf, creatorOf } from '../caller.ts';
import { amend, createOperations } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { changeRow, createOwnedRow, createPut, renderStored } from '../objects.ts';
import { createPage } from '../pages.ts';
import { resolveReference } from '../references.ts';
import { collectionOf, type RowOf } from '../stored.ts';
import { IMAGE_SHARES, IMAGES } from '../tables/images.ts';
import { renderImage } from './images.ts';

const SHARE_LIFETIME_MS = 86_400_000;

type ShareRow = RowOf<'image_shares'>;

const SHARE_HOOKS: HooksOf<'image_shares'> = {
  complete: async (context, members) => {
    const image = await resolveReference(context, IMAGES, 'image', members.image);
    const { target_org, expires_at } = members;
    const target = await ngcKeysIn(context.store).findOrganizationByName(target_org);
    if (target === null) throw invalidRequest(`Field \`target_org\` is the unknown organisation \`${target_org}\`.`);
    const { org = '' } = context.caller.principal;
    if (target.name === org) throw invalidRequest('Field `target_org` must not be your own organisation.');
    const expiresAt = typeof expires_at === 'string' ? Date.parse(expires_at) : context.now + SHARE_LIFETIME_MS;
    // Also refuses a text that is not a time: a comparison with NaN is false.
    if (!(expiresAt > context.now)) throw invalidRequest('Field `expires_at` must be in the future.');
    return {
      members: {
        image: image.id,
        image_name: image.body.members.name,
        image_version: image.body.members.version,
        source_org_display_name: org,
        target_org_display_name: target.name,
        target_org: target.name,
        expires_at: rfc3339(expiresAt),
        claimed_by: '',
        state: 'ACTIVE',
      },
      hidden: { target: target.ncaId },
    };
  },
  view: renderShare,
};

function renderShare({ now }: AuthenticatedContext, row: ShareRow): Schema<'air', 'ImageShare'> {
  return { ...renderStored(row), state: shareStateAt(row, now) };
}

function shareStateAt({ body: { members } }: ShareRow, now: number): string {
  if (members.state !== 'ACTIVE') return members.state;
  return Date.parse(members.expires_at) <= now ? 'EXPIRED' : 'ACTIVE';
}

export const imageShareOperations = {
  ...createOperations(IMAGE_SHARES, SHARE_HOOKS),
  /** Updates expired shares in the store first, so that filters by state find them. */
  image_shares_list: async (context) => {
    const { store, now } = context;
    const rows = await collectionOf(IMAGE_SHARES).ofOwner(store.collections, accountOf(context));
    const expired = rows.filter((row) => row.body.members.state === 'ACTIVE' && shareStateAt(row, now) === 'EXPIRED');
    const changes = expired.map((row) =>
      createPut(changeRow(row, IMAGE_SHARES, now, { members: { state: 'EXPIRED' } })),
    );
    if (changes.length > 0) await store.collections.commit(changes);
    return createPage(context, IMAGE_SHARES, (row) => renderShare(context, row));
  },
  /** Copies a shared image to the caller's organisation. A share can be claimed only once. */
  image_shares_claim: async (context) => {
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
        const state = shareStateAt(before, now);
        if (state !== 'ACTIVE') throw new Problem('bad_state', `The share is \`${state}\`; expected \`ACTIVE\`.`);
        return { members: { state: 'CLAIMED', claimed_by: creatorOf(context) } };
      },
      () => [createPut(row)],
    );
    return { status: 201, body: renderImage(context, row) };
  },
} satisfies Partial<Operations<'air'>>;
