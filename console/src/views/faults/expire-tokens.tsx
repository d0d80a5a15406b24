import { addressOfView } from '../../address.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { titleOfService } from '../../parts/service.ts';
import { expireTokens } from '../../state/move-clock.ts';
import { keyServiceNameOf, readRuleset } from '../../state/rulesets.ts';

/** Expires all tokens by moving the clock, instead of a fault that only refuses them. @param props.service empty for any */
export function ExpireTokens({ service, onEnd }: { readonly service: string; readonly onEnd: () => void }) {
  const loaded = useLoaded(
    async () => service !== '' && keyServiceNameOf(await readRuleset(service), 'personal') !== undefined,
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
    <WhenLoaded loaded={loaded}>
      {(isForKeys) =>
        isForKeys ? (
          <>
            <p>Clients of {titleOfService(service)} send keys, which expire individually. Use the drill for that.</p>
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
