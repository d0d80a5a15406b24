import type { WorldInfo } from '../../control-api/types.ts';
import { CopyButton } from '../../parts/copy.tsx';

/** The addresses by which clients reach a world: a path, a host if it has one, and headers. */
export function WorldAddresses({ world: { url, hostUrl, header } }: { readonly world: WorldInfo }) {
  const headers = Object.entries(header).map(([name, value]) => ['By header', `${name}: ${value}`] as const);
  const addresses = [
    ['By path', url] as const,
    ...(hostUrl === null ? [] : [['By host', hostUrl] as const]),
    ...headers,
  ];
  return (
    <dl class="ways">
      {addresses.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code class="long">{text}</code> <CopyButton text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
