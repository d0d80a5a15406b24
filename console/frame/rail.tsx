import { addressOfView } from '../address.ts';
import { addressOf } from '../control-api/client.ts';
import { badges } from '../state/in-force.ts';
import { GROUPS } from '../views/index.ts';
import { Icon } from './icons.tsx';

/** The way to every view, in groups, with what is new or in force in each. @param props.current the view that is shown */
export function Rail({ current }: { readonly current: string }) {
  return (
    <nav aria-label="Views">
      {GROUPS.map(({ title, views }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {views.map(({ name, title: text }) => (
            <a key={name} href={addressOfView(name)} aria-current={name === current ? 'page' : undefined}>
              <Icon of={name} />
              <span>{text}</span>
              <Badge of={name} />
            </a>
          ))}
          {title === 'Understand' && (
            <a href={addressOf('/docs')}>
              <Icon of="docs" />
              <span>API documents</span>
            </a>
          )}
        </section>
      ))}
    </nav>
  );
}

/** A component of its own: a count changes without the rail being drawn again. */
function Badge({ of }: { readonly of: string }) {
  const badge = badges.value[of];
  if (badge === undefined) return null;
  return <small class="badge">{badge}</small>;
}
