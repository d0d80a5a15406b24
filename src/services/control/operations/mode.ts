import type { Handler } from '../../../contract/request.ts';

/** Is what lacks rights refused, or let pass and only recorded? */
const get: Handler<'control', 'get_mode'> = ({ world }) => ({ status: 200, body: { mode: world.mode } });

const set: Handler<'control', 'set_mode'> = async ({ world, body }) => {
  await world.setMode(body.mode);
  return { status: 200, body: { mode: world.mode } };
};

export const modeOperations = { get_mode: get, set_mode: set };
