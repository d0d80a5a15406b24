import type { ComponentChildren } from 'preact';

/**
 * The title bar of a view.
 *
 * @param props.count number of entries; undefined while unknown
 * @param props.total number of entries without filters, if there are any
 * @param props.children actions, the main button last
 */
export function ViewHeader(props: {
  readonly title: string;
  readonly count?: ComponentChildren;
  readonly total?: number;
  readonly children?: ComponentChildren;
}) {
  const { title, count, total = count, children } = props;
  return (
    <div class="view-header">
      <h1>{title}</h1>
      {count !== undefined && <output class="count">{count === total ? count : `${count} of ${total}`}</output>}
      {children !== undefined && <div class="acts">{children}</div>}
    </div>
  );
}
