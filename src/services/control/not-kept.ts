import { Problem } from '../../decisions/problem.ts';

/**
 * The problem of a request or decision that cannot be shown.
 *
 * @param number of the one that was asked for; null if its id is unknown
 * @param newest the number of the newest one
 */
export function notKept(what: 'request' | 'decision', number: number | null, newest: number): Problem {
  const list = `\`GET /_mock/${what}s\``;
  const [counted, all] = [number, newest].map((one) => one?.toLocaleString('en'));
  const detail =
    number === null
      ? `No ${what} has this id. Ids change when the server starts; ${list} lists those of this world.`
      : `This ${what} is no longer kept (${what} ${counted} of ${all}). Send the request again, or use ${list}, which lists those that are kept.`;
  return new Problem('not_found', detail);
}
