import { navigationAddressOf } from '../address.ts';
import { addressOf } from '../control-api/client.ts';
import { VIEW_TITLES, VIEWS_ID } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { badges } from '../state/in-force.ts';

/** The navigation, with badges for what is new or in force. @param props.current the name of the visible view */
export function Rail({ current }: { readonly current: string }) {
  return (
    // On a phone it is a popover, opened by a button in the header.
    <nav id={VIEWS_ID} class="rail" aria-label="Views" popover="auto">
      {Object.entries(VIEW_TITLES).map(([name, title]) => (
        <a key={name} href={navigationAddressOf(name)} aria-current={name === current ? 'page' : undefined}>
          <Icon name={name} />
          <span>{title}</span>
          <Badges viewName={name} />
        </a>
      ))}
      <a href={addressOf('/docs')}>
        <Icon name="docs" />
        <span>API documents</span>
      </a>
    </nav>
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
