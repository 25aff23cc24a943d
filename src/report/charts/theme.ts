/** Colours of charts; the page's style sheet has the same in `style.css`. */
export interface Theme {
  readonly name: 'light' | 'dark';
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  /** The chosen plan. */
  readonly accent: string;
  /** Targets and what breaks them. */
  readonly target: string;
  /** Told apart by people with colour-vision deficiencies too (Okabe and Ito 2008), dark enough on the background. */
  readonly palette: readonly string[];
}

export const LIGHT: Theme = {
  name: 'light',
  background: '#ffffff',
  text: '#1b1f24',
  muted: '#57606a',
  line: '#d0d7de',
  accent: '#0b63b0',
  target: '#b3261e',
  palette: ['#0b63b0', '#b35900', '#00795a', '#a8437f', '#8a6d00', '#2f8fd0', '#5b4bb5', '#6a737d'],
};

export const DARK: Theme = {
  name: 'dark',
  background: '#14181d',
  text: '#e6edf3',
  muted: '#9aa4af',
  line: '#3a424c',
  accent: '#6cb6ff',
  target: '#ff8a80',
  palette: ['#6cb6ff', '#ffb066', '#4fd1a5', '#f29acb', '#e3c94e', '#a5d8ff', '#b7a8ff', '#9aa4af'],
};

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** What all charts have in common. */
export const common = (theme: Theme, description: string) => ({
  animation: false,
  backgroundColor: 'transparent',
  color: [...theme.palette],
  textStyle: { fontFamily: FONT, color: theme.text, fontSize: 12 },
  aria: { enabled: true, label: { description } },
});

const axisLooks = (theme: Theme, format: (value: number) => string) => ({
  type: 'value' as const,
  min: 0,
  axisLine: { show: true, lineStyle: { color: theme.line } },
  axisLabel: { color: theme.muted, hideOverlap: true, formatter: format },
  splitLine: { lineStyle: { color: theme.line, opacity: 0.5 } },
});

const NAME_GAP = 26;

/** The axis of a figure below the drawing, its name in the middle. */
export const across = (theme: Theme, name: string, format: (value: number) => string) => ({
  ...axisLooks(theme, format),
  name,
  nameGap: NAME_GAP,
  nameLocation: 'middle' as const,
  nameTextStyle: { color: theme.muted },
});

/** The axis of a figure beside the drawing, its name readable above it. */
export const upward = (theme: Theme, name: string, format: (value: number) => string, max?: number) => ({
  ...axisLooks(theme, format),
  name,
  nameGap: NAME_GAP,
  nameLocation: 'end' as const,
  nameTextStyle: { color: theme.muted, align: 'left' as const, padding: [0, 0, 0, -30] },
  // A maximum that fits the drawing is seldom a round figure.
  ...(max === undefined
    ? {}
    : { max, axisLabel: { ...axisLooks(theme, format).axisLabel, showMaxLabel: false } }),
});

/** Room for the drawing: above it the name of the upward axis and the labels of lines. */
export const ROOM = { left: 10, right: 28, top: 50, bottom: 34, containLabel: true };

/** A line across the drawing that says where the target is. */
export const targetLine = (theme: Theme, yAxis: number, text: string) => ({
  yAxis,
  lineStyle: { color: theme.target, type: 'dashed' as const, width: 2 },
  // Latency rises to the right, and would run through a label there.
  label: { formatter: text, color: theme.target, position: 'insideStartTop' as const },
});

/** A line that says where the planned load is. */
export const plannedLine = (theme: Theme, xAxis: number, text: string) => ({
  xAxis,
  lineStyle: { color: theme.text, type: 'dotted' as const, width: 1.5 },
  label: { formatter: text, color: theme.text, position: 'end' as const },
});

/**
 * A tooltip drawn inside the chart's SVG: text only, so that no name in a plan can become markup, and no inline style
 * has to be allowed by the page's Content-Security-Policy.
 */
export const tooltip = (theme: Theme) => ({
  renderMode: 'richText' as const,
  confine: true,
  backgroundColor: theme.background,
  borderColor: theme.muted,
  textStyle: { color: theme.text, fontSize: 12, fontFamily: FONT },
});
