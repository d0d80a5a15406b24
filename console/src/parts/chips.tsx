import { Fragment } from 'preact';
import { When } from './when.tsx';

/** Whether something that is needed is there: `open` if it is not, and need not be. */
export type Mark = 'there' | 'lacking' | 'open';

const SIGNS = { there: '✓', lacking: '✗', open: '·' } as const;
const SPOKEN = { there: '', lacking: ' (missing)', open: ' (not held, not needed)' } as const;

/** Stands before what it is about, as a sign and as words. */
export function Sign({ mark }: { readonly mark: Mark }) {
  return (
    <>
      <span aria-hidden="true">{SIGNS[mark]}</span>
      <span class="unseen">{SPOKEN[mark]}</span>
    </>
  );
}

/** Rights by name, each with a mark; those of `used` are said to be what counted. */
export function Rights(props: {
  readonly ids: readonly string[];
  readonly markOf?: (id: string) => Mark;
  readonly used?: readonly string[] | undefined;
  /** From when on those that are missing are held. */
  readonly from?: ReadonlyMap<string, string>;
}) {
  const { ids, markOf = () => 'there', used = [], from } = props;
  if (ids.length === 0) return <p class="quiet">none</p>;
  return (
    <ul class="rights">
      {ids.map((id) => (
        <li key={id} class={markOf(id)}>
          <Sign mark={markOf(id)} /> <Name text={id} />
          {used.includes(id) && <span class="quiet"> used</span>}
          {from?.has(id) && markOf(id) === 'lacking' && (
            <span class="quiet">
              {' '}
              takes effect at <When at={from.get(id) ?? ''} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The name of a right or an operation, broken between its words only where it fits no line. */
export function Name({ text }: { readonly text: string }) {
  return (
    <code>
      {text.split(/(?<=[_:.])|(?<=[a-z])(?=[A-Z])/).map((part, index) => (
        <Fragment key={index}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </code>
  );
}
