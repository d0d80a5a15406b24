import { useEffect } from 'preact/hooks';
import { DOCUMENTS, RAIL, type RailView } from '../../src/http/console-rail.ts';
import { addressOfView } from '../address.ts';
import { addressOf } from '../control-api/client.ts';
import { badges } from '../state/in-force.ts';

/** The way to every view, in groups, with what is new or in force in each. @param props.current the view that is shown */
export function Rail({ current }: { readonly current: string }) {
  useEffect(() => {
    // On a telephone, the navigation is wider than the screen.
    document.querySelector('.rail [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav class="rail" aria-label="Views">
      {RAIL.map(({ title, views }, index) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {views.map((view) => (
            <Entry key={view.name} view={view} href={addressOfView(view.name)} current={current} />
          ))}
          {index === RAIL.length - 1 && <Entry view={DOCUMENTS} href={addressOf('/docs')} current={current} />}
        </section>
      ))}
    </nav>
  );
}

function Entry(props: { readonly view: RailView; readonly href: string; readonly current: string }) {
  const { name, title } = props.view;
  return (
    <a href={props.href} aria-current={name === props.current ? 'page' : undefined}>
      <svg class="icon" aria-hidden="true">
        <use href={`#icon-${name}`} />
      </svg>
      <span>{title}</span>
      <Badges of={name} />
    </a>
  );
}

/** A component of its own: a count changes without the rail being drawn again. */
function Badges({ of }: { readonly of: string }) {
  return badges.value[of]?.map(
    (badge, index) =>
      badge !== false &&
      badge !== 0 && (
        <small key={index} class="badge">
          {badge}
        </small>
      ),
  );
}
