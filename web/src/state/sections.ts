import { kept, switches } from './kept';

/** Which sections of the panel are open. */
export const sections = kept('stillbytes.sections', switches);
