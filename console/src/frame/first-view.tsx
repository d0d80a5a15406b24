import { renderToString } from 'preact-render-to-string';
import { Frame } from './frame.tsx';

/**
 * Markup of the first view without data. The build puts it into the page, so browsers draw it before the script loads.
 */
export const markup = renderToString(<Frame />);
