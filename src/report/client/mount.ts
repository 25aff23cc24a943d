import type { EChartsType } from 'echarts/core';
import type { Plan } from '../../plan/schema';
import type { Chart } from '../charts/chart';
import type { Theme } from '../charts/theme';
import { init } from './echarts';
import { drawLegend } from './legend';

/** A chart on the page. */
export interface Mounted {
  /** Draws it again for another plan or theme. */
  readonly show: (plan: Plan, theme: Theme) => void;
  readonly resize: () => void;
  readonly dispose: () => void;
}

/**
 * Draws a chart into an element, and its legend after it. Arrow keys walk through its points; `said` gets the text of the point, for a live
 * region.
 */
export function mountChart(element: HTMLElement, chart: Chart, said: (text: string) => void): Mounted {
  const drawn: EChartsType = init(element, null, { renderer: 'svg' });
  const legend = document.createElement('ul');
  legend.className = 'legend';
  element.after(legend);
  const resize = (): void => {
    drawn.resize();
    // At once and not with the next frame: printing does not wait for one.
    drawn.getZr().flush();
  };
  const observer = new ResizeObserver(resize);
  observer.observe(element);
  let current: Plan | null = null;
  let row = -1;
  element.tabIndex = 0;
  element.addEventListener('keydown', (event) => {
    if (current === null) return;
    const { columns, rows } = chart.table(current);
    const next = nextRow(event.key, row, rows.length);
    if (next === null) return;
    event.preventDefault();
    row = next;
    if (row < 0) drawn.dispatchAction({ type: 'hideTip' });
    else {
      drawn.dispatchAction({ type: 'showTip', ...chart.pointOf(current, row) });
      said(rows[row]!.map((cell, i) => `${columns[i]!.title}: ${cell}`).join(', '));
    }
  });
  element.addEventListener('blur', () => {
    row = -1;
    drawn.dispatchAction({ type: 'hideTip' });
  });
  return {
    show: (plan, theme) => {
      current = plan;
      const option = chart.option(plan, theme);
      drawn.setOption(option, { notMerge: true });
      drawLegend(legend, option);
      element.setAttribute('role', 'img');
      element.setAttribute('aria-roledescription', 'chart; arrow keys read its points');
      element.setAttribute('aria-label', chart.describe(plan));
    },
    resize,
    dispose: () => {
      observer.disconnect();
      legend.remove();
      drawn.dispose();
    },
  };
}

/** The row that a key leads to, -1 for none; null for a key without meaning here. */
function nextRow(key: string, row: number, rows: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(row + 1, rows - 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(row - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows - 1;
    case 'Escape':
      return -1;
    default:
      return null;
  }
}
