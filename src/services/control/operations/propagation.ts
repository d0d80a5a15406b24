import type { Context, Handler, OutcomeOf } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { END_OF_TIME } from '../../../lib/clock.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from '../../../lib/duration.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import { changePropagationSettings, flushEdits, readPropagationSettings } from '../../ngc-keys/keyring.ts';

/** Operations on the delay after which edits of service keys take effect. */
const get: Handler<'control', 'get_propagation'> = (context) => respond(context);

const set: Handler<'control', 'set_propagation'> = async (context) => {
  const { mode, delay, seed } = context.body;
  const milliseconds = delay === undefined ? undefined : parseDuration(delay);
  if (milliseconds === null || (milliseconds !== undefined && context.now + milliseconds > END_OF_TIME)) {
    throw new Problem('invalid_request', `Field \`delay\` must be ${DURATION_FORMS}, and end before the year 9999.`);
  }
  await changePropagationSettings(context, {
    ...(mode !== undefined && { mode }),
    ...(milliseconds !== undefined && { delay: milliseconds }),
    ...(seed !== undefined && { seed }),
  });
  return respond(context);
};

async function respond(context: Context): Promise<OutcomeOf<'control', 'get_propagation'>> {
  const { mode, delay, seed } = await readPropagationSettings(context);
  return { status: 200, body: { mode, delay: formatDuration(delay), seed } };
}

const flush: Handler<'control', 'flush_propagation'> = async (context) => {
  const { store, now } = context;
  const { keyId } = context.body;
  if (keyId !== undefined && (await ngcKeysIn(store).findById(keyId, now)) === null) {
    throw new Problem('not_found', 'No key has this id. `GET /_mock/keys` lists them.');
  }
  return { status: 200, body: { flushed: await flushEdits(context, keyId ?? null, now) } };
};

export const propagationOperations = {
  get_propagation: get,
  set_propagation: set,
  flush_propagation: flush,
};
