import type { Fix } from '../../core/explaining/index.ts';
import type { DenyReason } from '../../core/explaining/reasons.ts';
import { WORLD_HEADER, worldPath } from '../../core/world-id.ts';

const OURS: Fix = {
  kind: 'credential',
  text: 'use a credential of this world: `GET /_mock/cast` under the same prefix, host or header shows them',
};

/**
 * What to do about a credential of another world: it counts there; if that world is gone, it counts nowhere. Null for
 * any other reason.
 */
export function findWorldFixes(reason: DenyReason | null, world: string | undefined): readonly Fix[] | null {
  switch (reason) {
    case 'world_gone': {
      if (world === undefined) return [OURS];
      const anew = `make the world anew (\`POST /_mock/worlds\` with the id \`${world}\`), and it has the same credentials again`;
      return [OURS, { kind: 'credential', text: anew }];
    }
    case 'other_world': {
      if (world === undefined) return [OURS];
      const there = `the credential is of the world \`${world}\`: call it below \`${worldPath(world)}\`, or with the header \`${WORLD_HEADER}: ${world}\``;
      return [{ kind: 'credential', text: there }, OURS];
    }
    default:
      return null;
  }
}
