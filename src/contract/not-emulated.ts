import type { Sourced } from '../decisions/rule.ts';

/** A path of the vendor with methods that the mock does not emulate there. */
export interface NotEmulatedRow extends Sourced {
  /** As in the vendor's document: `/api/v1/node-pools/{nodepoolId}`. */
  readonly path: string;
  readonly methods: readonly string[];
}

/** One operation that the mock does not emulate. */
export interface NotEmulatedOperation {
  /** The name of the service. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/** Lists the operations of rows, one entry per method. */
export function listNotEmulatedOperations(
  service: string,
  rows: readonly NotEmulatedRow[] = [],
): readonly NotEmulatedOperation[] {
  return rows.flatMap(({ path, methods }) => methods.map((method) => ({ service, method, path })));
}

/** The message for an operation that is not emulated. */
export function describeNotEmulated({ service, method, path }: NotEmulatedOperation): string {
  return `The mock does not emulate \`${method} ${path}\`. \`GET /_mock/tables/${service}\` lists all such operations in \`more.notEmulated\`; \`GET /openapi/${service}.json\` lists the emulated ones.`;
}
