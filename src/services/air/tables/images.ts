import { type AirResource, ITEM, OR_TRAINEE, OWN } from './resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from './sources.ts';

/** A disk image for nodes, and the state of its upload. */
export const IMAGES = {
  name: 'images',
  path: '/api/v3/images/',
  required: ['name', 'version', 'default_username', 'default_password'],
  defaults: {
    mountpoint: null,
    minimum_resources: { cpu: 1, memory: 1024, storage: 10 },
    includes_air_agent: false,
    cpu_arch: 'x86',
    emulation_type: [],
    emulation_version: '',
    provider: 'VM',
    notes: null,
    release_notes: null,
    user_manual: null,
  },
  synonyms: { upload_status: { COMPLETED: 'COMPLETE' } },
  operations: [
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:image_read'], rows: ['list'] },
    { ...REFERENCE, needs: ['air:image_read'], ...OR_TRAINEE, rows: { get: ITEM } },
    {
      ...REFERENCE,
      needs: ['air:image_write'],
      rows: { create: {}, start_upload: OWN, complete_upload: OWN, clear_upload: OWN },
    },
    { ...AUTH_PAGE, ...OF_SDK, needs: ['air:image_write'], ...OWN, rows: ['update', 'abort_upload'] },
    { ...ANALOGY, ...OF_SDK, needs: ['air:image_write'], rows: { delete: OWN } },
    { ...REFERENCE, needs: ['air:image_publish'], ...OWN, rows: ['publish', 'unpublish'] },
    {
      ...REFERENCE,
      needs: { any: ['air:image_write', 'air:image_publish'] },
      only: 'dsx',
      ...OWN,
      rows: ['request_publish', 'request_unpublish', 'request_allowlist_change', 'cancel_publish_access_record'],
    },
    {
      ...ANALOGY,
      needs: { any: ['air:image_write', 'air:image_publish'] },
      only: 'dsx',
      ...OWN,
      rows: ['request_public'],
    },
  ],
} as const satisfies AirResource;

export const IMAGE_HISTORY = {
  name: 'image_history',
  path: '/api/v3/images/{id}/history/',
  target: 'images',
  operations: [{ ...ANALOGY, needs: ['air:image_read'], only: 'dsx', ...ITEM, rows: ['list', 'filters'] }],
} as const satisfies AirResource;

/** A request to publish or restrict an image, and the decision. */
export const IMAGE_PUBLISH_ACCESS_RECORDS = {
  name: 'image_publish_access_records',
  path: '/api/v3/publishing/image-publish-access-records/',
  operatorsSeeAll: true,
  refers: { image: { to: 'images', onDelete: 'cascade' } },
  hidden: ['requested_by_email'],
  search: ['image_name', 'justification', 'allowed_orgs_request_text', 'requesting_org_ngc_org_name'],
  operations: [
    {
      ...REFERENCE,
      needs: { any: ['air:image_write', 'air:image_publish'] },
      only: 'dsx',
      rows: { list: {}, get: ITEM },
    },
    {
      ...REFERENCE,
      needs: { any: ['air:sre', 'air:admin'] },
      only: 'dsx',
      ...ITEM,
      rows: ['approve', 'deny', 'set_visibility'],
    },
  ],
} as const satisfies AirResource;

/** An offer of an image to another organisation. Its id is the claim code. */
export const IMAGE_SHARES = {
  name: 'image_shares',
  path: '/api/v3/images/shares/',
  part: 'image',
  required: ['image', 'target_org'],
  defaults: { expires_at: null },
  refers: { image: { to: 'images', onDelete: 'cascade', owned: true } },
  operations: [
    { ...REFERENCE, needs: ['air:image_sharing'], rows: { create: {}, get: ITEM } },
    { ...ANALOGY, ...OF_SDK, needs: ['air:image_sharing'], rows: { list: {}, delete: OWN } },
    {
      ...REFERENCE,
      needs: ['air:image_write'],
      dsx: { ...REFERENCE, needs: { any: ['air:image_write', 'air:image_claiming'] } },
      rows: ['claim'],
    },
  ],
} as const satisfies AirResource;
