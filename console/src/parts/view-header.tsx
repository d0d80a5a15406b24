import type { ComponentChildren } from 'preact';

/**
 * The title of a view.
 *
 * @param props.count how many entries it has, or how many of how many; undefined until it is known
 * @param props.children what can be done here, the main button last
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
