import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useKeepFocus } from './focus.ts';

export interface Column<Row> {
  /** The heading. Empty for a column of buttons. */
  readonly title: string;
  /** An empty cell shows a dash. */
  readonly cell: (row: Row) => ComponentChildren;
  /** The sort key. Columns without it cannot be sorted. */
  readonly sortKeyOf?: (row: Row) => string | number | null;
  readonly class?: string;
}

/** The order after a click on the heading of a column. */
const ORDERS = {
  none: { arrow: '', next: 'ascending' },
  ascending: { arrow: ' ↑', next: 'descending' },
  descending: { arrow: ' ↓', next: 'none' },
} as const;

interface Sorting {
  readonly title: string;
  readonly order: keyof typeof ORDERS;
}

/**
 * A table with sortable headings. It scrolls if it is too wide, and shows rows as cards on a phone. The sorting
 * stays when the data is read again.
 *
 * @param props.rows in the initial order
 * @param props.below content below a row, over the full width
 */
export function DataTable<Row>(props: {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly columns: readonly Column<Row>[];
  readonly below?: (row: Row) => ComponentChildren;
}) {
  const { label, rows, keyOf, columns, below } = props;
  const list = useKeepFocus<HTMLElement>();
  const [sorting, setSorting] = useState<Sorting>({ title: '', order: 'none' });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section ref={list} class="scroll" aria-label={label} tabIndex={0}>
      <table class="cards">
        <thead>
          <tr>
            {columns.map(({ title, sortKeyOf }) => {
              const order = sorting.title === title ? sorting.order : 'none';
              return (
                <th key={title} scope="col" aria-sort={sortKeyOf && order}>
                  {title === '' && <span class="unseen">Actions</span>}
                  {sortKeyOf === undefined ? (
                    title
                  ) : (
                    <button type="button" class="sort" onClick={() => setSorting({ title, order: ORDERS[order].next })}>
                      {title}
                      <span aria-hidden="true">{ORDERS[order].arrow}</span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, columns, sorting).map((row) => {
            const details = below?.(row);
            return [
              <tr key={keyOf(row)}>
                {columns.map(({ title, cell, class: kind = title === '' ? 'acts' : undefined }) => (
                  <td key={title} class={kind} data-label={title}>
                    {title === '' ? cell(row) : orDash(cell(row))}
                  </td>
                ))}
              </tr>,
              details !== undefined && details !== null && details !== false && (
                <tr key={`below ${keyOf(row)}`} class="below">
                  <td colSpan={columns.length}>{details}</td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
    </section>
  );
}

function orDash(content: ComponentChildren): ComponentChildren {
  return content === null || content === undefined || content === false || content === '' ? '-' : content;
}

/** Returns the rows in order. Rows without a value come last in both directions. */
function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { title, order }: Sorting,
): readonly Row[] {
  const sortKeyOf = columns.find((column) => column.title === title)?.sortKeyOf;
  if (sortKeyOf === undefined || order === 'none') return rows;
  const direction = order === 'descending' ? -1 : 1;
  return [...rows].sort((leftRow, rightRow) => {
    const left = sortKeyOf(leftRow);
    const right = sortKeyOf(rightRow);
    if (left === right) return 0;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -direction : direction;
  });
}
