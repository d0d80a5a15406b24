// @ts-check
/** Which statuses of our documents are not the vendor's, by the accepted differences from the vendor's document. */

/** An accepted difference: `GET /api/v1/access-keys 400: status`, or `* 415: status` for any operation. */
const STATUS_OF_OURS = /^(?<operation>.+) (?<status>\d{3}): status$/;

/**
 * Adds to each operation the statuses that are ours: those that a difference names for it, because the vendor's document
 * of the operation lacks them, and those that a pattern calls `ours`. Other patterns have a published source, where the
 * vendor's document lists no refusals.
 *
 * @template {{ readonly operations: readonly { readonly method: string, readonly path: string }[] }} Operations
 * @param {Operations} prepared
 * @param {any} baseline the file `baseline.json` of the service; undefined: nothing is published to compare with
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
