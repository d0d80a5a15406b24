import { AsyncLocalStorage } from 'node:async_hooks';
import { Mutex } from '../../src/store/mutex.ts';

// A task that waits for itself fails the test instead of hanging until the timeout.
Mutex.watch = new AsyncLocalStorage();
