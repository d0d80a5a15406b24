import { choose } from '../../address.ts';

/** Operations that need no right stand behind one button: their rows say nothing. */
export interface Folded {
  readonly count: number;
  readonly isOpen: boolean;
}

/** Shows the operations that need no right, or folds them again. */
export function Fold({ count, isOpen }: Folded) {
  return (
    <button
      type="button"
      class="fold"
      aria-expanded={isOpen}
      onClick={() => choose({ free: isOpen ? undefined : 'yes', ...(isOpen && { cell: undefined }) }, false)}
    >
      {count === 1 ? '1 operation needs no right' : `${count} operations need no right`}
    </button>
  );
}
