import type { Plan } from '../../plan/schema';
import type { FieldName } from '../state';

interface Common {
  readonly name: FieldName;
  readonly label: string;
  /** One line under the field. */
  readonly hint?: string;
  /** What the planner took where the field is empty; null when that says nothing. */
  readonly understood?: (requirements: Plan['requirements']) => number | string | null;
}

export interface NumberField extends Common {
  readonly kind: 'number';
  readonly unit: string;
  /** Ends of the slider; the number field takes everything the planner takes. */
  readonly min: number;
  readonly max: number;
  readonly scale: 'log' | 'linear';
  readonly whole?: boolean;
  /** The value as a person would say it, when the field's unit is not how people think. */
  readonly spoken?: (value: number) => string;
}

export interface FieldOption {
  readonly value: string;
  readonly text: string;
  /** One line about it once it is chosen. */
  readonly about?: string;
}

export interface ChoiceField extends Common {
  readonly kind: 'choice';
  /** null: what the planner has to offer. */
  readonly options: readonly FieldOption[] | null;
}

export interface ListField extends Common {
  readonly kind: 'list';
  readonly usual: string;
  readonly options: readonly FieldOption[] | null;
}

/** Free text, as the flag takes it; several values of a repeatable flag with commas. */
export interface TextField extends Common {
  readonly kind: 'text';
  /** Values to begin with, each a button. */
  readonly examples?: readonly FieldOption[];
  readonly placeholder?: string;
}

export type Field = NumberField | ChoiceField | ListField | TextField;

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
  /** Left closed at first: rarely changed. */
  readonly more?: readonly Field[];
}
