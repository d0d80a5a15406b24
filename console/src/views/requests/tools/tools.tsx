import { choices, choose } from '../../../address.ts';
import { askAll } from '../../../control-api/client.ts';
import { Feedback, useAct } from '../../../parts/act.tsx';
import { download } from '../../../parts/download.ts';
import { Menu } from '../../../parts/menu.tsx';
import { Panel } from '../../../parts/panel.tsx';
import { Popover } from '../../../parts/popover.tsx';
import { checkArchive } from '../../../state/check-archive.ts';
import { createFileName, readFile } from '../../../state/files.ts';
import { journalFilter } from '../../../state/request-filters.ts';
import { CheckHar } from './check-har.tsx';
import { ReplayTool } from './replay.tsx';
import { Verify } from './verify.tsx';

/** The tools for the listed requests. Each opens in a panel. */
const TOOLS = {
  verify: { title: 'Did such a request arrive?', show: Verify },
  replay: { title: 'Send these again', show: ReplayTool },
  check: { title: 'Check a HAR file', show: CheckHar },
} as const;

const TOOL_NAMES = Object.keys(TOOLS) as (keyof typeof TOOLS)[];

/** Exports the listed requests, and opens the other tools. */
export function Tools() {
  const act = useAct();
  const saveHar = async () => {
    const query = new URLSearchParams(journalFilter.value).toString();
    const name = createFileName('.har');
    download(name, await readFile(`/_mock/requests/har${query === '' ? '' : `?${query}`}`));
    return `Saved \`${name}\`.`;
  };
  const saveJson = async () => {
    const name = createFileName('.json');
    const requests = await askAll('requests', journalFilter.value);
    download(name, new Blob([JSON.stringify({ requests }, null, 2)], { type: 'application/json' }));
    return `Saved \`${name}\`.`;
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
            {(choices.value['text'] ?? choices.value['refusals']) !== undefined && (
              <p class="quiet">The search and “Refusals only” filter only the list, not the export.</p>
            )}
            <Feedback act={act} />
          </>
        )}
      </Popover>
      <Menu
        subject="these requests"
        isBusy={false}
        items={TOOL_NAMES.map((tool) => ({
          label: TOOLS[tool].title,
          run: () => choose({ tool, request: undefined }),
        }))}
      />
    </>
  );
}

/** The panel of a tool. @param props.name as in the address, which may be wrong */
export function ToolPanel({ name }: { readonly name: string }) {
  const tool = TOOL_NAMES.find((toolName) => toolName === name);
  const close = () => choose({ tool: undefined });
  const { title, show: Show } = tool === undefined ? { title: 'No such tool', show: () => null } : TOOLS[tool];
  return (
    <Panel label={title} onClose={close}>
      <h2>{title}</h2>
      <Show />
    </Panel>
  );
}

/** Checks an archive dropped on the view, and shows the result. */
export function checkDropped(file: File): void {
  checkArchive(file);
  choose({ tool: 'check', request: undefined });
}
