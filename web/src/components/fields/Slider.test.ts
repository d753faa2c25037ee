import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Parameter } from '../../develop/parameter';
import Slider from './Slider.svelte';

const exposure: Parameter = {
  name: 'exposure',
  label: 'Exposure',
  group: 'Tone',
  operation: 'exposure',
  kind: 'number',
  default: 0,
  minimum: -5,
  maximum: 5,
  step: 0.01,
  unit: 'EV',
  scale: 'linear',
  choices: [],
  gradient: [],
  says: 'Brightness of the whole picture.',
};
const temperature: Parameter = {
  ...exposure,
  name: 'temperature',
  label: 'Temperature',
  default: null,
  minimum: 2000,
  maximum: 50000,
  step: 50,
  unit: 'K',
  scale: 'log',
};

const hands = { onmove: vi.fn(), onrest: vi.fn(), onnudge: vi.fn(), onreset: vi.fn() };
const show = (p: Parameter, value: number) => render(Slider, { p, value, origin: 0, ...hands });
const slider = () => screen.getByRole<HTMLInputElement>('slider');
const field = () => screen.getByRole<HTMLInputElement>('textbox');

beforeEach(() => Object.values(hands).forEach((hand) => hand.mockReset()));

describe('a slider', () => {
  test('has a name, a range and a value that is spoken with its unit', () => {
    show(exposure, 0.7);
    expect(slider().getAttribute('aria-label')).toBe('Exposure');
    expect([slider().min, slider().max, slider().value]).toEqual(['-5', '5', '0.7']);
    expect(slider().getAttribute('aria-valuetext')).toBe('+0.70 EV');
    expect(field().value).toBe('+0.70');
  });

  test.each([
    ['ArrowRight', false, 0.75],
    ['ArrowUp', false, 0.75],
    ['ArrowLeft', false, 0.65],
    ['ArrowRight', true, 1.2],
    ['PageDown', false, 0.2],
    ['Home', false, -5],
    ['End', false, 5],
  ] as const)('goes with %s (Shift: %s) to %s', async (key, shiftKey, to) => {
    show(exposure, 0.7);
    await fireEvent.keyDown(slider(), { key, shiftKey });
    expect(hands.onnudge).toHaveBeenCalledExactlyOnceWith(to, expect.any(Number));
  });

  test('stops at the ends of its range', async () => {
    show(exposure, 4.99);
    await fireEvent.keyDown(slider(), { key: 'ArrowRight', shiftKey: true });
    expect(hands.onnudge).toHaveBeenCalledWith(5, expect.any(Number));
  });

  test('leaves other keys to the page', async () => {
    show(exposure, 0);
    const passed = await fireEvent.keyDown(slider(), { key: 'z' });
    expect(passed).toBe(true);
    expect(hands.onnudge).not.toHaveBeenCalled();
  });

  test('tells each movement, and rest only when the hand lets go', async () => {
    show(exposure, 0);
    await fireEvent.input(slider(), { target: { value: '1.5' } });
    expect(hands.onmove).toHaveBeenCalledWith(1.5, expect.any(Number));
    expect(hands.onrest).not.toHaveBeenCalled();
    await fireEvent.change(slider());
    expect(hands.onrest).toHaveBeenCalledOnce();
  });

  test('is logarithmic where equal steps are equal ratios', async () => {
    show(temperature, 10000);
    expect(Number(slider().value)).toBeCloseTo(1000);
    await fireEvent.input(slider(), { target: { value: '0' } });
    expect(hands.onmove).toHaveBeenCalledWith(2000, expect.any(Number));
  });

  test('resets on a double click on its name, its track, and with Delete', async () => {
    show(exposure, 1);
    await fireEvent.dblClick(screen.getByText('Exposure'));
    await fireEvent.dblClick(slider());
    await fireEvent.keyDown(slider(), { key: 'Delete' });
    expect(hands.onreset).toHaveBeenCalledTimes(3);
  });

  test('follows the wheel while it has the focus, and otherwise lets the panel scroll', async () => {
    show(exposure, 0);
    await fireEvent.wheel(slider(), { deltaY: -10 });
    expect(hands.onnudge).not.toHaveBeenCalled();
    slider().focus();
    await fireEvent.wheel(slider(), { deltaY: -10, deltaX: 0 });
    expect(hands.onnudge).toHaveBeenCalledWith(0.05, expect.any(Number));
  });
});

describe('the number', () => {
  test('is taken when Enter is pressed, and ends a change', async () => {
    show(exposure, 0);
    const user = userEvent.setup();
    await user.clear(field());
    await user.type(field(), '1,25{Enter}');
    expect(hands.onmove).toHaveBeenCalledWith(1.25, expect.any(Number));
    expect(hands.onrest).toHaveBeenCalledOnce();
  });

  test('is put back when it is not one, and with Escape', async () => {
    show(exposure, 0.7);
    const user = userEvent.setup();
    await user.clear(field());
    await user.type(field(), 'bright{Enter}');
    expect(field().value).toBe('+0.70');
    await user.clear(field());
    await user.type(field(), '3{Escape}');
    expect(field().value).toBe('+0.70');
    expect(hands.onmove).not.toHaveBeenCalled();
  });
});
