import { render } from 'preact';
import { followEvents } from './control-api/stream.ts';
import './style.css';
import './frame/frame.css';
import { Frame, readAll } from './frame/frame.tsx';
import { noteEvent } from './state/changes.ts';
import { noteClock } from './state/clock.ts';
import { noteUnread } from './state/in-force.ts';
import { noteRequest, readJournal } from './state/requests.ts';

// A browser would open a dropped file in place of the page.
for (const type of ['dragover', 'drop']) addEventListener(type, (event) => event.preventDefault());

const root = document.getElementById('console');
if (root === null) throw new Error('The page has no place for the console.');
root.replaceChildren();
render(<Frame />, root);
followEvents((event) => {
  const { kind, data } = event;
  if (kind === 'request') {
    noteRequest(data);
    noteUnread(data.status);
  } else if (kind === 'clock') noteClock(data);
  else if (kind === 'world' && (data.what === 'reset' || data.what === 'restored')) void readJournal();
  noteEvent(event);
}, readAll);
