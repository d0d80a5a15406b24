import { AsyncLocalStorage } from 'node:async_hooks';
import { Turns } from '../../src/store/turns.ts';

// A task that waits for its own turn fails the test, instead of hanging until its time is over.
Turns.watch = new AsyncLocalStorage();
