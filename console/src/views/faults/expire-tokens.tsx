import { addressOfView } from '../../address.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { expireTokens } from '../../state/move-clock.ts';
import { nameInKeys, rulesetOf } from '../../state/rulesets.ts';

/** Expires tokens for real, which no fault can do. @param props.service empty for any */
export function ExpireTokens({ service, onEnd }: { readonly service: string; readonly onEnd: () => void }) {
  const loaded = useLoaded(
    async () => service !== '' && nameInKeys(await rulesetOf(service), 'personal') !== undefined,
    [service],
  );
  const act = useAct();
  const expire = () =>
    act.run(async () => {
      const { cannotUndo } = await expireTokens();
      if (cannotUndo !== null) return `All tokens have expired. This cannot be undone: ${cannotUndo}`;
      onEnd();
      return undefined;
    });
  return (
    <WhenLoaded of={loaded}>
      {(isForKeys) =>
        isForKeys ? (
          <>
            <p>Clients of {serviceTitle(service)} send keys, which expire individually. Use the drill for that.</p>
            <a class="button main" href={addressOfView('drills', { drill: 'expire-key' })}>
              Expire a key …
            </a>
          </>
        ) : (
          <>
            <p>This moves the clock of this world until every access token has expired and is refused.</p>
            <button type="button" class="main" disabled={act.isBusy} onClick={expire}>
              Expire all tokens
            </button>
            <Feedback act={act} />
          </>
        )
      }
    </WhenLoaded>
  );
}
