// @ts-check
/** Finds the statuses in our documents that are not the vendor's, using the accepted differences. */

/** An accepted difference: `GET /api/v1/access-keys 400: status`, or `* 415: status` for any operation. */
const STATUS_OF_OURS = /^(?<operation>.+) (?<status>\d{3}): status$/;

/**
 * Adds our own statuses to each operation: those that the baseline lists for it, because the vendor's document does not list
 * them, and those of a pattern with the source `ours`. Other patterns have a published source, because the vendor's document
 * lists no refusals.
 *
 * @template {{ readonly operations: readonly { readonly method: string, readonly path: string }[] }} Operations
 * @param {Operations} prepared
 * @param {any} baseline the service's `baseline.json`; undefined if the vendor publishes no document
 */
export function withStatusesOfOurs(prepared, { differences = [], patterns = [] } = {}) {
  const rows = [
    ...differences,
    ...patterns.flatMap((/** @type {any} */ { pattern: id, what, source }) =>
      source === 'ours' ? [{ id, what }] : [],
    ),
  ];
  /** @type {Map<string, number[]>} */
  const statuses = new Map();
  for (const { id, what } of rows) {
    const { operation = '', status } = STATUS_OF_OURS.exec(id)?.groups ?? {};
    if (status === undefined || what !== 'only in the mock') continue;
    statuses.set(operation, [...(statuses.get(operation) ?? []), Number(status)]);
  }
  const any = statuses.get('*') ?? [];
  return {
    ...prepared,
    operations: prepared.operations.map((one) => ({
      ...one,
      statusesOfOurs: [...any, ...(statuses.get(`${one.method} ${one.path}`) ?? [])],
    })),
  };
}
