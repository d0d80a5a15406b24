import { useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { certaintyText } from '../../parts/certainty.ts';
import { Fold, type Folded } from './fold.tsx';
import type { Cell, Column, Matrix, Row, Side } from './matrix.ts';
import { isDifferent, listNeeds } from './matrix.ts';

export const SIGNS = { all: '●', any: '○', free: '–', allow: '✓', deny: '×' } as const;

/** Three visible levels of certainty. */
const CERTAINTY_CLASSES = {
  documented: 'sure',
  implied: 'unsure',
  observed: 'unsure',
  inferred: 'unsure',
  contradicted: 'doubtful',
  ours: 'doubtful',
  unknown: 'doubtful',
} as const;

/** Up to this many columns leave room for horizontal headings. */
const MAX_FEW = 6;

/** The matrix as a grid. One cell is in the tab order, and the arrow keys move between cells. */
export function Grid(props: {
  readonly matrix: Matrix;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** Whether two callers are compared, and differences emphasised. */
  readonly isCompared: boolean;
  readonly side: Side;
  readonly folded: Folded | null;
}) {
  const { matrix, rows, columns, isCompared, side, folded } = props;
  const table = useRef<HTMLTableElement>(null);
  const [[activeRow, activeColumn], setActive] = useState<readonly [number, number]>([0, 0]);
  const selected = chosen.value['cell'];

  const cellAt = (one: number, other: number) => {
    const row = rows[one];
    const column = columns[other];
    return row === undefined || column === undefined ? null : { row, column, cell: matrix.cellOf(row, column) };
  };
  const open = (one: number, other: number) => {
    const located = cellAt(one, other);
    if (located !== null) choose({ cell: addressOfCell(located) }, false);
  };
  const go = (one: number, other: number) => {
    const next = [clamp(one, rows.length), clamp(other, columns.length)] as const;
    setActive(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${next.join(' ')}"]`)?.focus();
  };
  // Read the position from the cell, because keys may arrive faster than the page renders.
  const positionOf = (target: EventTarget | null) => {
    const [one, other] = ((target as Element | null)?.closest<HTMLElement>('[data-at]')?.dataset['at'] ?? '')
      .split(' ')
      .map(Number);
    return one === undefined || other === undefined ? null : ([one, other] as const);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = positionOf(event.target);
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (from === null) return;
    if (steps !== undefined) go(from[0] + (steps[0] ?? 0), from[1] + (steps[1] ?? 0));
    else if (event.key === 'Enter' || event.key === ' ') open(...from);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    const from = positionOf(event.target);
    if (from === null) return;
    setActive(from);
    open(...from);
  };
  return (
    <div class={columns.length > MAX_FEW ? 'matrix' : 'matrix few'}>
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells can be chosen is a grid
        role="grid"
        aria-label={`Operations against ${side}`}
        style={{ '--columns': columns.length }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <thead>
          <tr>
            <td />
            {columns.map(({ id, title }) => (
              <th key={id} scope="col" title={id}>
                <button type="button" onClick={() => choose({ who: id }, false)}>
                  {title}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {folded !== null && (
            <tr>
              <th scope="row">
                <Fold {...folded} />
              </th>
              <td colSpan={columns.length} />
            </tr>
          )}
          {rows.map((row, one) => (
            <tr key={row.operation.id}>
              <RowHead row={row} isOpen={selected === row.operation.id} />
              {columns.map((column, other) => {
                const located = cellAt(one, other);
                if (located === null) return <td key={column.id} />;
                return (
                  <GridCell
                    key={column.id}
                    {...located}
                    at={`${one} ${other}`}
                    isInTabOrder={
                      one === Math.min(activeRow, rows.length - 1) &&
                      other === Math.min(activeColumn, columns.length - 1)
                    }
                    isSelected={selected === addressOfCell(located)}
                    isEmphasised={isCompared && isDifferent(matrix, located.row, columns)}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A row heading that opens and closes the details of its operation. */
function RowHead({ row, isOpen }: { readonly row: Row; readonly isOpen: boolean }) {
  const { id } = row.operation;
  return (
    <th scope="row" title={`${row.rule?.label ?? 'open'}: needs ${listNeeds(row)}`}>
      <button type="button" aria-expanded={isOpen} onClick={() => choose({ cell: isOpen ? undefined : id }, false)}>
        {id}
      </button>
    </th>
  );
}

interface LocatedCell {
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell;
}

/** The id of a cell in the address. */
export const addressOfCell = ({ row, column }: LocatedCell) => `${row.operation.id}~${column.id}`;

function GridCell(
  props: LocatedCell & {
    readonly at: string;
    readonly isInTabOrder: boolean;
    readonly isSelected: boolean;
    readonly isEmphasised: boolean;
  },
) {
  const { cell, at, isInTabOrder, isSelected, isEmphasised } = props;
  const { sign, name, text, certainty, source } = cell;
  return (
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of a grid
      role="gridcell"
      data-at={at}
      tabIndex={isInTabOrder ? 0 : -1}
      class={isEmphasised ? `${classNameOf(cell)} differs` : classNameOf(cell)}
      aria-selected={isSelected}
      aria-label={name}
      title={`${text}\n${certaintyText(certainty)}\n${source}`}
    >
      {sign !== null && SIGNS[sign]}
    </td>
  );
}

const clamp = (number: number, length: number) => Math.max(0, Math.min(length - 1, number));

export function classNameOf({ sign, certainty }: Cell): string {
  return sign === null ? '' : `${sign} ${CERTAINTY_CLASSES[certainty]}`;
}
