import { DEFAULT_WORLD } from '../lib/world-id.ts';
import type { LogContent, LoggedWorld, WorldLog } from './world-log.ts';

const EMPTY_WORLD: LoggedWorld = {
  name: DEFAULT_WORLD,
  made: '',
  ttl: null,
  createdAt: 0,
  usedAt: 0,
  state: '',
  initialRows: [],
  changedRows: [],
  uses: [],
};

/** A log that keeps nothing, for worlds that end with the process. */
export class MemoryLog implements WorldLog {
  readonly info = { kind: 'memory', driver: null, schema: null } as const;
  readonly isDurable = false;
  readonly notices: readonly string[] = [];
  readonly lost = new Promise<string>(() => {});

  async read(): Promise<LogContent> {
    return { at: 0, worlds: [EMPTY_WORLD], snapshots: [] };
  }

  async readSnapshot(): Promise<null> {
    return null;
  }

  async append(): Promise<void> {}

  fault(): null {
    return null;
  }

  async close(): Promise<void> {}
}
