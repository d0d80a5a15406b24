import { type ComponentChild, render } from 'preact';
import { DOCUMENTS } from '../../../src/console-entry.ts';
import { connection } from '../connection.ts';
import { Connected, FrameDialog, GoTo, WhichWorld, WorldClock } from './frame.tsx';
import { InForceBar } from './in-force-bar.tsx';
import { Rail } from './rail.tsx';
import { UndoBar } from './undo-bar.tsx';

/** The parts of the frame, by the places that the pages of documents have for them. */
const PARTS: Readonly<Record<string, ComponentChild>> = {
  where: [<WhichWorld key="world" />, <GoTo key="go-to" />],
  clock: <WorldClock />,
  watching: <Watching />,
  rail: <Rail current={DOCUMENTS.name} />,
  said: [<InForceBar key="in-force" />, <UndoBar key="undo" />, <FrameDialog key="dialog" />],
};

/** Without the admin token nothing is watched, and there is nothing to say. */
function Watching() {
  return connection.value === 'connecting' ? null : <Connected />;
}

/** Draws the frame around a page of documents, which the server has rendered. */
export function drawAround(): void {
  for (const [id, part] of Object.entries(PARTS)) {
    const place = document.getElementById(id);
    if (place !== null) render(part, place);
  }
}
