/**
 * Checks all rows of a table, and returns the failing ones with the reason. A contract expects none, so that one test
 * reports every broken row.
 */
export async function failuresOf<Row>(
  rows: readonly (readonly [name: string, row: Row])[],
  holds: (row: Row, name: string) => unknown,
): Promise<string[]> {
  if (rows.length === 0) return ['the table is empty'];
  const failures: string[] = [];
  for (const [name, row] of rows) {
    try {
      await holds(row, name);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}
