import { expect, test } from 'vitest';
import { ALL, EVERYTHING, active, query, toggled } from './filter';

test('without conditions everything is asked for', () => {
  expect(query(ALL, EVERYTHING)).toBe('');
  expect(active(EVERYTHING)).toBe(false);
});

test('each button of the bar is a condition', () => {
  const filter = {
    ...EVERYTHING,
    flags: ['pick', 'none'],
    stars: 3,
    labels: ['Red'],
    kind: 'raw',
    edited: 'no',
  } as const;
  expect(query(ALL, filter)).toBe('(flag:pick OR flag:none) rating:>=3 label:red kind:raw -is:edited');
  expect(query(ALL, { ...EVERYTHING, stars_as: 'is' })).toBe('rating:0');
});

test('what is typed stays whole beside the other conditions', () => {
  const source = { kind: 'folder', key: '/photos/2024', name: '2024' } as const;
  expect(query(source, { ...EVERYTHING, text: 'owl OR fox' })).toBe('in:"/photos/2024" (owl OR fox)');
  expect(query(ALL, { ...EVERYTHING, text: ' owl OR fox ' })).toBe('owl OR fox');
  expect(query({ kind: 'collection', key: 'ab12', name: 'Best' }, EVERYTHING)).toBe('collection:"ab12"');
});

test('a button pressed twice is as if it had not been', () => {
  expect(toggled(toggled(['a'], 'b'), 'b')).toEqual(['a']);
});
