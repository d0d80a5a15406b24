import { renderToString } from 'preact-render-to-string';
import { Frame } from './frame.tsx';

/**
 * The markup of the first view before anything is read, which the build puts into the page: a browser draws it before the
 * script is there.
 */
export const markup = renderToString(<Frame />);
