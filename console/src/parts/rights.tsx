import { Fragment } from 'preact';
import { When } from './when.tsx';

/** Whether a requirement is met. `open`: not met, and not needed. */
export type Mark = 'there' | 'lacking' | 'open';

const SIGNS = { there: '✓', lacking: '✗', open: '·' } as const;
const SPOKEN = { there: '', lacking: ' (missing)', open: ' (not held, not needed)' } as const;

/** A mark, with text for screen readers. */
export function Sign({ mark }: { readonly mark: Mark }) {
  return (
    <>
      <span aria-hidden="true">{SIGNS[mark]}</span>
      <span class="unseen">{SPOKEN[mark]}</span>
    </>
  );
}

/** Rights by name with their marks. Those in `used` are labelled "used". */
export function Rights(props: {
  readonly ids: readonly string[];
  readonly markOf?: (id: string) => Mark;
  readonly used?: readonly string[] | undefined;
  /** When missing rights take effect, by id. */
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

/** The name of a right or an operation. Long names break between words. */
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
