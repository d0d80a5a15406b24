/**
 * Rows of a table that have something in common, which is stated once. Whatever a row leaves out is taken from its
 * section.
 */
export type Section<Row, Key extends keyof Row> = Partial<Omit<Row, Key>> & {
  /** The rows by key, each with what differs; or only the keys, if nothing does. */
  readonly rows: readonly string[] | Readonly<Record<string, Partial<Omit<Row, Key>>>>;
};

/** Members that may be left out. */
type Optional<Row> = { [Member in keyof Row]-?: object extends Pick<Row, Member> ? Member : never }[keyof Row];

/** A row merged with its section, as if both were spread. */
type Over<Head, Row> = Omit<Head, keyof Row> & Row & Pick<Head, Extract<Optional<Row>, keyof Head>>;

/** The rows that a section stands for, with the literal types of what was written. */
export type RowIn<Key extends string, One> = One extends { readonly rows: infer Rows }
  ? Rows extends readonly (infer Name)[]
    ? { readonly [Member in Key]: Name } & Omit<One, 'rows'>
    : { [Name in keyof Rows]: { readonly [Member in Key]: Name } & Over<Omit<One, 'rows'>, Rows[Name]> }[keyof Rows]
  : never;

/**
 * Lists the rows of all sections as one table, in the order in which they are written.
 *
 * @param key the member that names a row, such as `id`
 * @param sections a row may override its section, but cannot remove what the section says
 */
export function tableOf<const Key extends string, Sections extends readonly { readonly rows: object }[]>(
  key: Key,
  sections: Sections,
): readonly RowIn<Key, Sections[number]>[] {
  const rows = sections.flatMap(({ rows, ...head }) =>
    named(rows).map(([name, row]) =>
      // The row is spread first for the order of its members, and last so that they win.
      ({ [key]: name, ...row, ...head, ...row }),
    ),
  );
  // What a loop builds has no literal types: `RowIn` supplies them.
  return rows as unknown as readonly RowIn<Key, Sections[number]>[];
}

function named(rows: object): [name: string, row: object][] {
  return Array.isArray(rows) ? rows.map((name) => [name, {}]) : Object.entries(rows);
}
