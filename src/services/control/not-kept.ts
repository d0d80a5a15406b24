import { Problem } from '../../decisions/problem.ts';

/**
 * Creates the problem for a request or decision that is unknown or no longer kept.
 *
 * @param number the requested entry's number; null if the id is unknown
 * @param newest the newest entry's number
 */
export function notKept(what: 'request' | 'decision', number: number | null, newest: number): Problem {
  const list = `\`GET /_mock/${what}s\``;
  const [counted, all] = [number, newest].map((one) => one?.toLocaleString('en'));
  const detail =
    number === null
      ? `No ${what} has this id. Ids change when the server restarts; ${list} lists the ${what}s of this world.`
      : `This ${what} is no longer kept (${what} ${counted} of ${all}). Send the request again, or pick another one from ${list}.`;
  return new Problem('not_found', detail);
}
