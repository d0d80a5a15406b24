import type {
  AppliedEdit,
  Key,
  KeyEdit,
  KeyOrder,
  KeyPolicy,
  KeyWithSecret,
  Propagation,
  PropagationEdit,
} from '../../generated/library.ts';
import { type Call, readAllPages } from './calls.ts';

/** The NGC keys of a world. */
export interface KeysBoard {
  /** Creates a key. Only this response and that of `rotate` contain the key's text. */
  create(order: KeyOrder): Promise<KeyWithSecret>;
  get(id: string): Promise<Key>;
  /** Oldest first. */
  list(): Promise<readonly Key[]>;
  edit(id: string, edit: KeyEdit): Promise<Key>;
  /** Gives the key a new text. The old one becomes invalid. */
  rotate(id: string): Promise<KeyWithSecret>;
  delete(id: string): Promise<void>;
}

/** An edit of a service key that hasn't taken effect yet. */
export interface PendingEdit extends KeyPolicy {
  readonly keyId: string;
}

/** How long the previous policy of an edited service key remains in effect. */
export interface PropagationBoard {
  get(): Promise<Propagation>;
  /** Affects later edits. Pending edits keep their time. */
  set(change: PropagationEdit): Promise<Propagation>;
  /** Returns the edits that haven't taken effect yet, of one key or of all. */
  pending(keyId?: string): Promise<readonly PendingEdit[]>;
  /**
   * Applies the pending edits of one key, or of all, immediately.
   *
   * @returns the versions in effect
   */
  apply(keyId?: string): Promise<readonly AppliedEdit[]>;
}

/** Creates the methods for NGC keys. */
export function createKeysBoard(call: Call): KeysBoard {
  const keyPath = (id: string) => `/keys/${encodeURIComponent(id)}`;
  return {
    create: (order) => call('POST', '/keys', order),
    get: (id) => call('GET', keyPath(id)),
    list: () => readAllPages(call, 'keys'),
    edit: (id, edit) => call('PATCH', keyPath(id), edit),
    rotate: (id) => call('POST', `${keyPath(id)}/rotate`),
    delete: (id) => call('DELETE', keyPath(id)),
  };
}

/** Creates the methods for pending edits. */
export function createPropagationBoard(call: Call, keys: KeysBoard): PropagationBoard {
  return {
    get: () => call('GET', '/propagation'),
    set: (change) => call('PUT', '/propagation', change),
    pending: async (keyId) => {
      const selected = keyId === undefined ? await keys.list() : [await keys.get(keyId)];
      return selected.flatMap(({ id, pending }) => pending.map((version) => ({ keyId: id, ...version })));
    },
    apply: async (keyId) => {
      const body = keyId === undefined ? {} : { keyId };
      return (await call<{ flushed: readonly AppliedEdit[] }>('POST', '/propagation/flush', body)).flushed;
    },
  };
}
