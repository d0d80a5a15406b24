import { type AirResource, ITEM, OR_TRAINEE, OWN } from '../resource.ts';
import { ANALOGY, AUTH_PAGE, OF_SDK, REFERENCE } from '../sources.ts';

/** A disk image that nodes boot from, and the state of its upload. */
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
