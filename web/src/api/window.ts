/** The window around the page, as verbs. They throw Refused when the server says no. */
import * as sdk from './generated';
import { told } from './http';

const loud = { throwOnError: true } as const;

export const getWindow = () => told(sdk.getWindow(loud));
export const leftWindow = () => told(sdk.leftWindow(loud));
export const toggleFullScreen = () => told(sdk.toggleFullScreen(loud));
export const chooseFolder = (start: string) => told(sdk.chooseFolder({ ...loud, body: { start } }));
export const openPlace = (place: string) => told(sdk.openPlace({ ...loud, body: { places: [place] } }));
