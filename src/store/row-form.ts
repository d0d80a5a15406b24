import type { Collection } from './collection.ts';
import type { Row } from './collections.ts';

/** The form of the rows of a collection, for checking rows from outside (snapshot files). */
export interface RowForm {
  readonly collection: string;
  /** JSON Schema of a body. */
  readonly body: object;
  /** Whether each row is part of an object. */
  readonly isPart: boolean;
  /**
   * Recreates a row from the body of another row, so that everything derived from the body is correct.
   *
   * @param row has a valid body, and a parent if it is a part
   */
  remake(row: Row): Row;
}

/** Everything that a service stores. */
export interface KeptForms {
  readonly rows: readonly RowForm[];
  /** By name: the JSON Schema of a setting's text, or of the JSON in it. */
  readonly settings?: Readonly<Record<string, SettingForm>>;
}

export type SettingForm = { readonly text: object } | { readonly json: object };

/**
 * Returns the form of a collection of whole objects.
 *
 * @param remake default: nothing is derived from the body
 */
export function rowForm<Body>(
  collection: Collection<Body>,
  body: object,
  remake: (row: Row<Body, null>) => Row<Body, null> = ({ id, owner, body }) =>
    collection.row({ id, owner, parent: null, body }),
): RowForm {
  // The body has been validated.
  return { collection: collection.name, body, isPart: false, remake: (row) => remake(row as Row<Body, null>) };
}

/** Returns the form of a collection of parts. */
export function partForm<Body>(
  collection: Collection<Body, string>,
  body: object,
  remake: (row: Row<Body, string>) => Row<Body, string>,
): RowForm {
  return { collection: collection.name, body, isPart: true, remake: (row) => remake(row as Row<Body, string>) };
}
