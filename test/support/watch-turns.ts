import { AsyncLocalStorage } from 'node:async_hooks';
import { Mutex } from '../../src/store/mutex.ts';

// A task that waits for its own turn fails the test, instead of hanging until its time is over.
Mutex.watch = new AsyncLocalStorage();
