import { Fragment } from 'preact';

/** So many characters fit into a panel: an id does. */
const FITS = 40;

/** A path that is broken before its slashes only, unless a part of it is too long. */
export function Path({ path }: { readonly path: string }) {
  return (
    <code class="long">
      {path.split(/(?=\/)/).map((segment, index) => (
        <Fragment key={index}>
          <wbr />
          <span class={segment.length <= FITS ? 'segment' : undefined}>{segment}</span>
        </Fragment>
      ))}
    </code>
  );
}
