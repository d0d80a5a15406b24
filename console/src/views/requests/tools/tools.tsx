import { choose, chosen } from '../../../address.ts';
import { askAll } from '../../../control-api/client.ts';
import { Feedback, useAct } from '../../../parts/act.tsx';
import { download } from '../../../parts/download.ts';
import { Menu } from '../../../parts/menu.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Popover } from '../../../parts/popover.tsx';
import { checkArchive } from '../../../state/check-archive.ts';
import { fileName, readFile } from '../../../state/files.ts';
import { filter } from '../../../state/requests.ts';
import { CheckHar } from './check-har.tsx';
import { Replay } from './replay.tsx';
import { Verify } from './verify.tsx';

/** What can be done with the requests of the list, each in a panel beside it. */
const TOOLS = {
  verify: { title: 'Did such a request come?', show: Verify },
  replay: { title: 'Send these again', show: Replay },
  check: { title: 'Check a HAR file', show: CheckHar },
} as const;

const NAMES = Object.keys(TOOLS) as (keyof typeof TOOLS)[];

/** Saves the requests of the list, and leads to what else can be done with them. */
export function Tools() {
  const act = useAct();
  const saveHar = async () => {
    const query = new URLSearchParams(filter.value).toString();
    const name = fileName('.har');
    download(name, await readFile(`/_mock/requests/har${query === '' ? '' : `?${query}`}`));
    return `\`${name}\` is saved.`;
  };
  const saveJson = async () => {
    const name = fileName('.json');
    const requests = await askAll('requests', filter.value);
    download(name, new Blob([JSON.stringify({ requests }, null, 2)], { type: 'application/json' }));
    return `\`${name}\` is saved.`;
  };
  return (
    <>
      <Popover button="Export">
        {() => (
          <>
            <ul class="menu">
              <li>
                <button type="button" disabled={act.isBusy} onClick={() => act.run(saveHar)}>
                  HAR (HTTP Archive)
                </button>
              </li>
              <li>
                <button type="button" disabled={act.isBusy} onClick={() => act.run(saveJson)}>
                  JSON
                </button>
              </li>
            </ul>
            {(chosen.value['text'] ?? chosen.value['refusals']) !== undefined && (
              <p class="quiet">Without the search and “Refusals only”, which only narrow the list.</p>
            )}
            <Feedback act={act} />
          </>
        )}
      </Popover>
      <Menu
        of="these requests"
        isBusy={false}
        items={NAMES.map((tool) => ({
          label: TOOLS[tool].title,
          run: () => choose({ tool, request: undefined }),
        }))}
      />
    </>
  );
}

/** One of the tools, in the panel. */
export function Tool({ name }: { readonly name: string }) {
  const known = NAMES.find((tool) => tool === name);
  const close = () => choose({ tool: undefined });
  const { title, show: Show } = known === undefined ? { title: 'No such tool', show: () => null } : TOOLS[known];
  return (
    <Panel label={title} onClose={close}>
      <h2>{title}</h2>
      <Show />
    </Panel>
  );
}

/** Checks an archive that was dropped on the view, and shows what comes of it. */
export function checkDropped(file: File): void {
  checkArchive(file);
  choose({ tool: 'check', request: undefined });
}
