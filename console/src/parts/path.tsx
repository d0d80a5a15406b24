import { Fragment } from 'preact';

/** A segment of this length, such as an id, fits into a panel. */
const FITS = 40;

/** A path that breaks only before slashes, unless a segment is too long. */
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
