import { addressTo } from '../address.ts';
import { addressOf } from '../control-api/client.ts';
import { DOCUMENTS, RAIL, type RailView, VIEWS_ID } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { badges } from '../state/in-force.ts';

/** The way to every view, in groups, with what is new or in force in each. @param props.current the view that is shown */
export function Rail({ current }: { readonly current: string }) {
  return (
    // On a telephone it is a popover, which a button of the header opens.
    <nav id={VIEWS_ID} class="rail" aria-label="Views" popover="auto">
      {RAIL.map(({ title, views }, index) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          {views.map((view) => (
            <Entry key={view.name} view={view} href={addressTo(view.name)} current={current} />
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
