import type { Sourced } from '../decisions/rule.ts';

/** Rows of a table that share members, which are written once. A row inherits the members that it omits. */
export type Section<Row, Key extends keyof Row> = Partial<Omit<Row, Key>> & {
  /** The rows by key, each with its own members; or only the keys, if there are none. */
  readonly rows: readonly string[] | Readonly<Record<string, Partial<Omit<Row, Key>>>>;
};

type Optional<Row> = { [Member in keyof Row]-?: object extends Pick<Row, Member> ? Member : never }[keyof Row];

/** A row merged with its section, as if both were spread. */
type Merged<Head, Row> = Omit<Head, keyof Row> & Row & Pick<Head, Extract<Optional<Row>, keyof Head>>;

export type RowIn<Key extends string, OneSection> = OneSection extends { readonly rows: infer Rows }
  ? Rows extends readonly (infer Name)[]
    ? { readonly [Member in Key]: Name } & Omit<OneSection, 'rows'>
    : {
        [Name in keyof Rows]: { readonly [Member in Key]: Name } & Merged<Omit<OneSection, 'rows'>, Rows[Name]>;
      }[keyof Rows]
  : never;

/** Lists the rows of all sections as one table, in order. @param sections rows may override a section's members */
export function layOut<const Key extends string, Sections extends readonly { readonly rows: object }[]>(
  key: Key,
  sections: Sections,
): readonly RowIn<Key, Sections[number]>[] {
  const rows = sections.flatMap(({ rows, ...head }) =>
    entriesOf(rows).map(([name, row]) =>
      // The row is spread first for the order of its members, and last so that they win.
      ({ [key]: name, ...row, ...head, ...row }),
    ),
  );
  // A loop loses literal types: `RowIn` restores them.
  return rows as unknown as readonly RowIn<Key, Sections[number]>[];
}

function entriesOf(rows: object): [name: string, row: object][] {
  return Array.isArray(rows) ? rows.map((name) => [name, {}]) : Object.entries(rows);
}

export interface NotEmulatedRow extends Sourced {
  /** As in the vendor's document: `/api/v1/node-pools/{nodepoolId}`. */
  readonly path: string;
  readonly methods: readonly string[];
}

export interface NotEmulatedOperation {
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

export function listNotEmulatedOperations(
  service: string,
  rows: readonly NotEmulatedRow[] = [],
): readonly NotEmulatedOperation[] {
  return rows.flatMap(({ path, methods }) => methods.map((method) => ({ service, method, path })));
}

export function describeNotEmulated({ service, method, path }: NotEmulatedOperation): string {
  return `The mock does not emulate \`${method} ${path}\`. \`GET /_mock/tables/${service}\` lists all such operations in \`more.notEmulated\`; \`GET /openapi/${service}.json\` lists the emulated ones.`;
}
