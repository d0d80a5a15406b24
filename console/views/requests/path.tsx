/** A path that is broken before its slashes only, unless a part of it is too long. */
export function Path({ path }: { readonly path: string }) {
  return (
    <code>
      {path.split(/(?=\/)/).map((segment, index) => (
        <span key={index} class="segment">
          {segment}
        </span>
      ))}
    </code>
  );
}
