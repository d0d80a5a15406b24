import type { Context, Operations, OutcomeOf } from '../../../contract/request.ts';
import { formatDuration } from '../../../lib/duration.ts';
import { changePropagationSettings, flushEdits, readPropagationSettings } from '../../ngc-keys/keyring.ts';
import { readDurationFromNow } from '../durations.ts';
import { findKeyById } from './keys.ts';

async function respond(context: Context): Promise<OutcomeOf<'control', 'get_propagation'>> {
  const { mode, delay, seed } = await readPropagationSettings(context);
  return { status: 200, body: { mode, delay: formatDuration(delay), seed } };
}

/** Operations on the delay after which edits of service keys take effect. */
export const propagationOperations = {
  get_propagation: (context) => respond(context),
  set_propagation: async (context) => {
    const { mode, delay, seed } = context.body;
    const milliseconds = delay === undefined ? undefined : readDurationFromNow('delay', delay, context.now);
    await changePropagationSettings(context, {
      ...(mode !== undefined && { mode }),
      ...(milliseconds !== undefined && { delay: milliseconds }),
      ...(seed !== undefined && { seed }),
    });
    return respond(context);
  },
  flush_propagation: async (context) => {
    const { keyId = null } = context.body;
    if (keyId !== null) await findKeyById(context, keyId);
    return { status: 200, body: { flushed: await flushEdits(context, keyId, context.now) } };
  },
} satisfies Partial<Operations<'control'>>;
