import { navigationAddressOf } from '../address.ts';
import { addressOf } from '../control-api/client.ts';
import { DOCUMENTS, RAIL, type RailView, VIEWS_ID } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { badges } from '../state/in-force.ts';

/**
 * The navigation, in groups, with badges for what is new or in force.
 *
 * @param props.current the name of the visible view
 */
export function Rail({ current }: { readonly current: string }) {
  return (
    // On a phone it is a popover, opened by a button in the header.
    <nav id={VIEWS_ID} class="rail" aria-label="Views" popover="auto">
      {RAIL.map(({ title, views }, index) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {views.map((view) => (
            <Entry key={view.name} view={view} href={navigationAddressOf(view.name)} current={current} />
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
      <Icon name={name} />
      <span>{title}</span>
      <Badges viewName={name} />
    </a>
  );
}

/** A separate component, so that a new count does not redraw the whole rail. */
function Badges({ viewName }: { readonly viewName: string }) {
  return badges.value[viewName]?.map(
    (badge, index) =>
      badge !== false &&
      badge !== 0 && (
        <small key={index} class="badge">
          {badge}
        </small>
      ),
  );
}
