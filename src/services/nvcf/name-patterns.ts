const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const ANY_UUID = new RegExp(`^${UUID}$`, 'i');

/** Returns whether a text is a UUID. UUIDs in requests are case-insensitive (RFC 9562, section 4). */
export function isUuid(text: string): boolean {
  return ANY_UUID.test(text);
}

/** The host name of a function, up to the server's own name. */
export const FUNCTION_HOST = new RegExp(`^(?<functionId>${UUID})\\.invocation\\.`);

/** A model with its function, as clients of the LLM gateway send it: `<function id>/<model>`, in any case. */
export const FUNCTION_IN_MODEL = new RegExp(`^(${UUID})/(.*)$`, 'is');

/** `label`, then `vendorLabel`, `localhost` or `WORLD.localhost`, up to the server's name. May have a port. */
export function createServiceHost(label: string, vendorLabel: string): RegExp {
  return new RegExp(`^${label}\\.(?:${vendorLabel}\\.|(?=(?:[^.]+\\.)?localhost(?::|$)))`);
}
