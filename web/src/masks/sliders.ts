/** Sliders of what is no develop parameter: the fields of masks. */
import type { Parameter } from '../develop/parameter';

export type SliderField = Pick<Parameter, 'name' | 'label' | 'minimum' | 'maximum' | 'step' | 'says'>;

export function slider({ name, label, minimum, maximum, step, says }: SliderField): Parameter {
  const none = { group: '', operation: '', kind: 'number', unit: '', scale: 'linear', choices: [], gradient: [] };
  return { ...none, name, label, minimum, maximum, step, says, default: 0 };
}
