/** What the modules of the page read of a browser when they are loaded. Import it before them. */
import { vi } from 'vitest';

vi.stubGlobal('location', { hash: '', origin: 'http://localhost:6625', pathname: '/', host: 'localhost:6625' });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('addEventListener', () => {});
