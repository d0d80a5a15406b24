import { Problem } from '../../decisions/problem.ts';

/**
 * Creates the problem for a request or decision that is unknown or no longer kept.
 *
 * @param number the requested entry's number; null if the id is unknown
 * @param newest the newest entry's number
 */
export function notStoredProblem(kind: 'request' | 'decision', number: number | null, newest: number): Problem {
  const list = `\`GET /_mock/${kind}s\``;
  const [position, total] = [number, newest].map((count) => count?.toLocaleString('en'));
  const detail =
    number === null
      ? `No ${kind} has this id. Ids change when the server restarts; ${list} lists the ${kind}s of this world.`
      : `This ${kind} is no longer kept (${kind} ${position} of ${total}). Send the request again, or pick another one from ${list}.`;
  return new Problem('not_found', detail);
}
