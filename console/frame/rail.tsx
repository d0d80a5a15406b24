import { DOCUMENTS, RAIL } from '../../src/http/console-rail.ts';
import { addressOfView } from '../address.ts';
import { addressOf } from '../control-api/client.ts';
import { badges } from '../state/in-force.ts';

/** The way to every view, in groups, with what is new or in force in each. @param props.current the view that is shown */
export function Rail({ current }: { readonly current: string }) {
  return (
    <nav class="rail" aria-label="Views">
      {RAIL.map(({ title, views }, index) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {views.map(({ name, title: text, icon }) => (
            <a key={name} href={addressOfView(name)} aria-current={name === current ? 'page' : undefined}>
              <Icon path={icon} />
              <span>{text}</span>
              <Badge of={name} />
            </a>
          ))}
          {index === RAIL.length - 1 && (
            <a href={addressOf('/docs')}>
              <Icon path={DOCUMENTS.icon} />
              <span>{DOCUMENTS.title}</span>
            </a>
          )}
        </section>
      ))}
    </nav>
  );
}

function Icon({ path }: { readonly path: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** A component of its own: a count changes without the rail being drawn again. */
function Badge({ of }: { readonly of: string }) {
  const badge = badges.value[of];
  if (badge === undefined) return null;
  return <small class="badge">{badge}</small>;
}
