import type { WorldInfo } from '../../control-api/types.ts';
import { Copy } from '../../parts/copy.tsx';

/** The ways into a world. */
export function WaysIn({ world: { url, hostUrl, header } }: { readonly world: WorldInfo }) {
  const headers = Object.entries(header).map(([name, value]) => ['By a header', `${name}: ${value}`] as const);
  const ways: readonly (readonly [string, string | null])[] = [
    ['By its path', url],
    ['By its host', hostUrl],
    ...headers,
  ];
  return (
    <dl class="ways">
      {ways.map(
        ([name, text]) =>
          text !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code class="long">{text}</code> <Copy text={text} />
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}
