/** Rows of a table that have something in common, said once. What a row leaves out is what its section says. */
export type Section<Row, Key extends keyof Row> = Partial<Omit<Row, Key>> & {
  /** By their key, with what is theirs alone; or only the keys, where nothing is. */
  readonly rows: readonly string[] | Readonly<Record<string, Partial<Omit<Row, Key>>>>;
};

/** Members that may be left out. */
type Optional<Row> = { [Member in keyof Row]-?: object extends Pick<Row, Member> ? Member : never }[keyof Row];

/** What a row is with its section: as a spread of both. */
type Over<Head, Row> = Omit<Head, keyof Row> & Row & Pick<Head, Extract<Optional<Row>, keyof Head>>;

/** The rows that a section stands for, with the types of what was written. */
export type RowIn<Key extends string, One> = One extends { readonly rows: infer Rows }
  ? Rows extends readonly (infer Name)[]
    ? { readonly [Member in Key]: Name } & Omit<One, 'rows'>
    : { [Name in keyof Rows]: { readonly [Member in Key]: Name } & Over<Omit<One, 'rows'>, Rows[Name]> }[keyof Rows]
  : never;

/**
 * Lays sections out as the rows of one table, in the order in which they are written.
 *
 * @param key the member that names a row, such as `id`
 * @param sections a row may say otherwise than its section; it cannot take back what that says
 */
export function tableOf<const Key extends string, Sections extends readonly { readonly rows: object }[]>(
  key: Key,
  sections: Sections,
): readonly RowIn<Key, Sections[number]>[] {
  const rows = sections.flatMap(({ rows, ...head }) =>
    named(rows).map(([name, row]) =>
      // The row comes first so that its members do, and last so that they count.
      ({ [key]: name, ...row, ...head, ...row }),
    ),
  );
  // What a loop puts together has no literal types: `RowIn` says what it is.
  return rows as unknown as readonly RowIn<Key, Sections[number]>[];
}

function named(rows: object): [name: string, row: object][] {
  return Array.isArray(rows) ? rows.map((name) => [name, {}]) : Object.entries(rows);
}
