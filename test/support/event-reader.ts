import { get, type IncomingMessage } from 'node:http';

/** One of the server-sent events, as it was told. */
export interface ToldEvent {
  readonly id: string;
  readonly event: string;
  /** JSON. */
  readonly data: string;
}

/**
 * Reads the events of a server until `take` says that it is enough, or the server lets go.
 *
 * @param lastId the id of the last event that was read, of whichever server of the world
 * @param take is told each event, in order
 * @param begun is called once the server has begun to tell
 */
export async function readEvents(
  url: string,
  lastId: string | null,
  take: (event: ToldEvent) => 'more' | 'enough',
  begun: () => void = () => {},
): Promise<void> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = lastId === null ? {} : { 'last-event-id': lastId };
    // A connection of its own, that ends with it.
    get(`${url}/_mock/events`, { agent: false, headers }, resolve).once('error', reject);
  });
  if (answer.statusCode !== 200) throw new Error(`no events: ${answer.statusCode}`);
  let text = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      begun();
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (!block.startsWith(':') && take(eventOf(block)) === 'enough') return;
      }
    }
  } catch (cause) {
    // The server lets a reader go who is too far behind; they come back with the last id.
    if ((cause as NodeJS.ErrnoException).code !== 'ECONNRESET') throw cause;
  } finally {
    answer.destroy();
  }
}

function eventOf(block: string): ToldEvent {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
  return { id: fields.id, event: fields.event, data: fields.data };
}
