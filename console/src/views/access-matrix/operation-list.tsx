import { choose } from '../../address.ts';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { describeOperationNeeds } from '../../state/rulesets.ts';
import { Fold, type Folded } from './fold.tsx';
import { addressOfCell, classNameOf, SIGNS } from './grid.tsx';
import { type Column, listNeeds, type Matrix, type Row, type Side } from './matrix.ts';

/** The matrix on narrow screens: a list of operations that expand to their cells. */
export function OperationList(props: {
  readonly matrix: Matrix;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly side: Side;
  readonly folded: Folded | null;
}) {
  const { matrix, rows, columns, side, folded } = props;
  return (
    <ul class="operations" aria-label={`Operations against ${side}`}>
      {folded !== null && (
        <li>
          <Fold {...folded} />
        </li>
      )}
      {rows.map((row) => {
        const cells = columns
          .map((column) => ({ row, column, cell: matrix.cellOf(row, column) }))
          .filter(({ cell: { sign } }) => sign !== null && sign !== 'free');
        const allowed = cells.filter(({ cell }) => cell.sign === 'allow').length;
        return (
          <li key={row.operation.id}>
            <details>
              <summary>
                <Name text={row.operation.id} />
                <span class="quiet">
                  {side === 'rights' ? `needs ${listNeeds(row)}` : `allows ${allowed} of ${columns.length}`}
                </span>
              </summary>
              <p class="needs">
                Needs: <Sentence text={describeOperationNeeds(matrix.ruleset, row.operation).text} />
              </p>
              {cells.map((found) => (
                <button
                  key={found.column.id}
                  type="button"
                  class="cell"
                  aria-label={found.cell.name}
                  onClick={() => choose({ cell: addressOfCell(found) })}
                >
                  <span aria-hidden="true" class={classNameOf(found.cell)}>
                    {found.cell.sign !== null && SIGNS[found.cell.sign]}
                  </span>
                  {found.column.title}
                </button>
              ))}
            </details>
          </li>
        );
      })}
    </ul>
  );
}
