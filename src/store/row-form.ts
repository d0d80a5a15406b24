import type { Collection } from './collection.ts';
import type { Row } from './collections.ts';

/** What the rows of a collection look like. Rows that come from outside, in a snapshot file, are checked by it. */
export interface RowForm {
  readonly collection: string;
  /** JSON Schema of a body. */
  readonly body: object;
  /** Is each row a part of an object? */
  readonly isPart: boolean;
  /**
   * The row that the service makes from the body of another one: what it derives from the body is as it has to be.
   *
   * @param row has a body that fits, and a parent if it is a part
   */
  remake(row: Row): Row;
}

/** What a service keeps. */
export interface KeptForms {
  readonly rows: readonly RowForm[];
  /** By name: the JSON Schema of a setting, which is a text, or of the JSON in it. */
  readonly settings?: Readonly<Record<string, SettingForm>>;
}

export type SettingForm = { readonly text: object } | { readonly json: object };

/**
 * The form of a collection of whole objects.
 *
 * @param remake default: nothing is derived from a body
 */
export function rowForm<Body>(
  collection: Collection<Body>,
  body: object,
  remake: (row: Row<Body, null>) => Row<Body, null> = ({ id, owner, body }) =>
    collection.row({ id, owner, parent: null, body }),
): RowForm {
  // The body was checked before.
  return { collection: collection.name, body, isPart: false, remake: (row) => remake(row as Row<Body, null>) };
}

/** The form of a collection of parts. */
export function partForm<Body>(
  collection: Collection<Body, string>,
  body: object,
  remake: (row: Row<Body, string>) => Row<Body, string>,
): RowForm {
  return { collection: collection.name, body, isPart: true, remake: (row) => remake(row as Row<Body, string>) };
}
