import type { Handler } from '../../../contract/request.ts';

/** `enforce` refuses requests without the required rights; `observe` only records them. */
const get: Handler<'control', 'get_mode'> = ({ world }) => ({ status: 200, body: { mode: world.mode } });

const set: Handler<'control', 'set_mode'> = async ({ world, body }) => {
  await world.setMode(body.mode);
  return { status: 200, body: { mode: world.mode } };
};

export const modeOperations = { get_mode: get, set_mode: set };
