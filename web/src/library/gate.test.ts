import { expect, test } from 'vitest';
import { Gate } from './gate';

function three(gate: Gate) {
  const order: string[] = [];
  const leave = ['a', 'b', 'c'].map((name) => gate.enter(() => order.push(name)));
  return { order, leave };
}

test('lets a few in and the others as those leave, the newest first', () => {
  const { order, leave } = three(new Gate(1));
  expect(order).toEqual(['a']);
  leave[0]?.();
  expect(order).toEqual(['a', 'c']);
  leave[2]?.();
  expect(order).toEqual(['a', 'c', 'b']);
});

test('forgets who gave up waiting, and counts nobody twice', () => {
  const { order, leave } = three(new Gate(1));
  leave[2]?.();
  leave[0]?.();
  leave[0]?.();
  expect(order).toEqual(['a', 'b']);
});
