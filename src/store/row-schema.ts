import type { Collection } from './collection.ts';
import type { Row } from './collections.ts';

/** The schema of the rows of a collection, to check rows from outside (snapshot files). */
export interface RowSchema {
  readonly collection: string;
  /** JSON Schema of a body. */
  readonly body: object;
  /** Whether each row is part of an object. */
  readonly isPart: boolean;
  /**
   * Builds a row from the body of another one. The rows are equal unless the other has wrong values derived from its body.
   *
   * @param row has a valid body, and a parent if it is a part
   */
  rebuild(row: Row): Row;
}

/** The schemas of everything that a service stores. */
export interface StoredSchemas {
  readonly rows: readonly RowSchema[];
  /** The schemas of settings, by name. */
  readonly settings?: Readonly<Record<string, SettingSchema>>;
}

/** The JSON Schema of a setting's text, or of the JSON in it. */
export type SettingSchema = { readonly text: object } | { readonly json: object };

/**
 * Returns the schema of a collection of whole objects.
 *
 * @param rebuild default: nothing is derived from the body
 */
export function createRowSchema<Body>(
  collection: Collection<Body>,
  body: object,
  rebuild: (row: Row<Body, null>) => Row<Body, null> = ({ id, owner, body }) =>
    collection.row({ id, owner, parent: null, body }),
): RowSchema {
  // The body has been validated.
  return { collection: collection.name, body, isPart: false, rebuild: (row) => rebuild(row as Row<Body, null>) };
}

/** Returns the schema of a collection of parts. */
export function createPartSchema<Body>(
  collection: Collection<Body, string>,
  body: object,
  rebuild: (row: Row<Body, string>) => Row<Body, string>,
): RowSchema {
  return { collection: collection.name, body, isPart: true, rebuild: (row) => rebuild(row as Row<Body, string>) };
}
