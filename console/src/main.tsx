import { render } from 'preact';
import { followEvents } from './control-api/stream.ts';
import { Frame, readAll } from './frame/frame.tsx';
import { noteEvent } from './state/changes.ts';
import { noteClock } from './state/clock.ts';
import { noteUnread } from './state/in-force.ts';
import { forgetRequests, noteRequest } from './state/requests.ts';
import { loadViews } from './views/lazy.tsx';
import './style.css';
import './frame/frame.css';

// A browser would open a dropped file in place of the page.
for (const type of ['dragover', 'drop']) addEventListener(type, (event) => event.preventDefault());

const root = document.getElementById('console');

/** Follows the events of the world. @param read reads all data, whenever the stream opens */
function start(read: () => Promise<void>): void {
  // The frame shows the error: no connection, or a missing token.
  const readAgain = () => void read().catch(() => {});
  followEvents((event) => {
    const { kind, data } = event;
    if (kind === 'request') {
      noteRequest(data);
      noteUnread(data.status);
    } else if (kind === 'clock') noteClock(data);
    else if (kind === 'world' && (data.what === 'reset' || data.what === 'restored')) forgetRequests();
    noteEvent(event);
  }, readAgain);
}

if (root !== null) {
  render(<Frame />, root);
  // The page hides the markup of the first view, which is Requests, if the address has a different one.
  document.documentElement.classList.remove('elsewhere');
  // The browser draws between the frame and the timeout: the first view comes first, then its data, then the second script.
  requestAnimationFrame(() => setTimeout(() => start(() => readAll().then(loadViews))));
}
