import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useFocusKept } from './focus.ts';

export interface Column<Row> {
  /** The heading. Empty for a column of buttons. */
  readonly title: string;
  /** An empty cell shows a dash. */
  readonly cell: (row: Row) => ComponentChildren;
  /** The sort key. Columns without it cannot be sorted. */
  readonly by?: (row: Row) => string | number | null;
  readonly class?: string;
}

interface Sorting {
  readonly title: string;
  readonly isDescending: boolean;
}

/**
 * A table with sortable headings. It scrolls if it is too wide, and shows rows as cards on a phone. Rows keep their
 * place when the data is read again.
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
  const list = useFocusKept<HTMLElement>();
  const [sorting, setSorting] = useState<Sorting | null>(null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section ref={list} class="scroll" aria-label={label} tabIndex={0}>
      <table class="cards">
        <thead>
          <tr>
            {columns.map(({ title, by }) => (
              <Heading key={title} title={title} isSortable={by !== undefined} sorting={sorting} sort={setSorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, sorting).map((row) => {
            const more = below?.(row);
            return [
              <tr key={keyOf(row)}>
                {columns.map(({ title, cell, class: kind = title === '' ? 'acts' : undefined }) => (
                  <td key={title} class={kind} data-label={title}>
                    {title === '' ? cell(row) : orDash(cell(row))}
                  </td>
                ))}
              </tr>,
              more !== undefined && more !== null && more !== false && (
                <tr key={`below ${keyOf(row)}`} class="below">
                  <td colSpan={columns.length}>{more}</td>
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

function Heading(props: {
  readonly title: string;
  readonly isSortable: boolean;
  readonly sorting: Sorting | null;
  readonly sort: (sorting: Sorting | null) => void;
}) {
  const { title, isSortable, sorting, sort } = props;
  if (title === '') {
    return (
      <th scope="col">
        <span class="unseen">Actions</span>
      </th>
    );
  }
  if (!isSortable) return <th scope="col">{title}</th>;
  const own = sorting?.title === title ? sorting : null;
  const order = own === null ? 'none' : own.isDescending ? 'descending' : 'ascending';
  // Ascending, descending, then unsorted.
  const next = own === null ? { title, isDescending: false } : own.isDescending ? null : { title, isDescending: true };
  return (
    <th scope="col" aria-sort={order}>
      <button type="button" class="sort" onClick={() => sort(next)}>
        {title}
        <span aria-hidden="true">{order === 'none' ? '' : own?.isDescending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}

/** Sorts rows. Rows without a value come last in both directions. */
function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const by = columns.find(({ title }) => title === sorting?.title)?.by;
  if (by === undefined || sorting === null) return rows;
  const direction = sorting.isDescending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [left, right] = [by(one), by(other)];
    if (left === right) return 0;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right ? -direction : direction;
  });
}
