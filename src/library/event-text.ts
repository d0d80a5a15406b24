/** An event of a stream, as its text says. */
export interface SentEvent {
  /** The last id that the stream has given; empty if it has given none. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** How long one event may be, in characters. Those of the mock have a few hundred. */
const LONGEST = 16 * 1024 * 1024;

/** Reads server-sent events (HTML Standard, 9.2.6) from their text, which may be cut anywhere. */
export class EventText {
  /** The beginning of a line whose end has not come yet. */
  #line = '';
  /** A line feed that comes next belongs to the end of the last line. */
  #endedWithReturn = false;
  #id = '';
  #type = '';
  #data: string[] = [];
  /** How long it is with what came of its event before, in characters. */
  #held = 0;

  /**
   * The events that end in this piece.
   *
   * @throws Error for an event that is too long
   */
  read(piece: string): readonly SentEvent[] {
    const events: SentEvent[] = [];
    if (piece === '') return events;
    const rest = this.#endedWithReturn && piece.startsWith('\n') ? piece.slice(1) : piece;
    this.#endedWithReturn = piece.endsWith('\r');
    this.#held += rest.length;
    const lines = rest.split(/\r\n|\n|\r/);
    for (const [index, text] of lines.entries()) {
      this.#line += text;
      if (index === lines.length - 1) break;
      const event = this.#take(this.#line);
      this.#line = '';
      if (event !== null) events.push(event);
    }
    if (this.#held > LONGEST) throw new Error(`an event is longer than ${LONGEST} characters`);
    return events;
  }

  /** @returns the event that the line ends, if any */
  #take(line: string): SentEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }

  #dispatch(): SentEvent | null {
    const [type, data] = [this.#type === '' ? 'message' : this.#type, this.#data];
    this.#type = '';
    this.#data = [];
    this.#held = this.#line.length;
    return data.length === 0 ? null : { id: this.#id, type, data: data.join('\n') };
  }
}
