import { render } from 'preact';
import { Frame } from './frame.tsx';
import { noteClock, refreshClock } from './state/clock.ts';
import { forgetRequests, noteRequest, readJournal } from './state/requests.ts';
import { follow } from './switchboard/stream.ts';
import './style.css';

follow(
  ({ kind, data }) => {
    if (kind === 'request') noteRequest(data);
    else if (kind === 'clock') noteClock(data);
    else if (kind === 'world' && data.what !== 'missed') forgetRequests();
  },
  () => {
    // What is wrong is told by the frame: the connection, or the token that is wanted.
    Promise.all([readJournal(), refreshClock()]).catch(() => {});
  },
);

const root = document.getElementById('console');
if (root !== null) {
  // What is there is for pages without scripts.
  root.replaceChildren();
  render(<Frame />, root);
}
