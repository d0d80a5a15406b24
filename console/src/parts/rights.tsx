import { Fragment } from 'preact';
import { When } from './when.tsx';

/** Whether the caller meets a requirement. `optional`: not met, but not needed either. */
export type RequirementStatus = 'met' | 'missing' | 'optional';

const SYMBOLS = { met: '✓', missing: '✗', optional: '·' } as const;
const SPOKEN_TEXTS = { met: '', missing: ' (missing)', optional: ' (not held, not needed)' } as const;

/** A symbol for a status, with text for screen readers. */
export function StatusMark({ status }: { readonly status: RequirementStatus }) {
  return (
    <>
      <span aria-hidden="true">{SYMBOLS[status]}</span>
      <span class="unseen">{SPOKEN_TEXTS[status]}</span>
    </>
  );
}

/** A list of rights with their statuses. The rights in `used` are labelled "used". */
export function Rights(props: {
  readonly ids: readonly string[];
  readonly statusOf?: (id: string) => RequirementStatus;
  readonly used?: readonly string[] | undefined;
  /** When missing rights take effect, by right. */
  readonly effectiveFrom?: ReadonlyMap<string, string>;
}) {
  const { ids, statusOf = () => 'met', used = [], effectiveFrom } = props;
  if (ids.length === 0) return <p class="quiet">none</p>;
  return (
    <ul class="rights">
      {ids.map((id) => (
        <li key={id} class={statusOf(id)}>
          <StatusMark status={statusOf(id)} /> <Name text={id} />
          {used.includes(id) && <span class="quiet"> used</span>}
          {effectiveFrom?.has(id) && statusOf(id) === 'missing' && (
            <span class="quiet">
              {' '}
              takes effect at <When at={effectiveFrom.get(id) ?? ''} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The name of a right or an operation. Long names can break between words. */
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
