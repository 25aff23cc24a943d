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

/** An axis title, line and labels in the theme's colours. */
export const axis = (theme: Theme, name: string, nameGap: number) => ({
  name,
  nameGap,
  nameLocation: 'middle' as const,
  nameTextStyle: { color: theme.muted },
  axisLine: { show: true, lineStyle: { color: theme.line } },
  axisLabel: { color: theme.muted, hideOverlap: true },
  splitLine: { lineStyle: { color: theme.line, opacity: 0.5 } },
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
