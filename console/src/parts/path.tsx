import { Fragment } from 'preact';

/** A segment of this length, such as an id, fits into a panel. */
const MAX_SEGMENT_LENGTH = 40;

/** A path that breaks only before slashes, unless a segment is too long. */
export function Path({ path }: { readonly path: string }) {
  return (
    <code class="long">
      {path.split(/(?=\/)/).map((segment, index) => (
        <Fragment key={index}>
          <wbr />
          <span class={segment.length <= MAX_SEGMENT_LENGTH ? 'segment' : undefined}>{segment}</span>
        </Fragment>
      ))}
    </code>
  );
}
