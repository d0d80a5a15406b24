import type { ComponentChildren } from 'preact';

/**
 * The title bar of a view.
 *
 * @param props.count number of entries, or "n of m"; undefined while unknown
 * @param props.children actions, the main button last
 */
export function ViewHeader(props: {
  readonly title: string;
  readonly count?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const { title, count, children } = props;
  return (
    <div class="view-header">
      <h1>{title}</h1>
      {count !== undefined && <output class="count">{count}</output>}
      {children !== undefined && <div class="acts">{children}</div>}
    </div>
  );
}
