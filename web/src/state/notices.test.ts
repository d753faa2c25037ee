import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Notices } from './notices.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const told = (notices: Notices): string[] => notices.list.map(({ message }) => message);

test('an error stays as long as its photo is looked at', () => {
  const notices = new Notices();
  notices.error('It cannot be read.');
  vi.advanceTimersByTime(3_600_000);
  expect(told(notices)).toEqual(['It cannot be read.']);
});

test('it goes with its photo, but not before it could be read', () => {
  const notices = new Notices();
  notices.error('Old.');
  vi.advanceTimersByTime(60_000);
  notices.error('New.');
  notices.tell('Plain.');
  notices.leave();
  vi.advanceTimersByTime(1000);
  expect(told(notices)).toEqual(['New.', 'Plain.']);
  vi.advanceTimersByTime(10_000);
  expect(told(notices)).toEqual([]);
});

test('what the next photo tells stays', () => {
  const notices = new Notices();
  notices.leave();
  notices.error('The next one cannot be read either.');
  vi.advanceTimersByTime(60_000);
  expect(told(notices)).toHaveLength(1);
});
