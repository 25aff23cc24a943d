import type { EChartsOption } from 'echarts';

/** What a legend says of a series. */
interface Entry {
  readonly name: string;
  readonly type: string;
  readonly colour: string;
  readonly border?: string;
  readonly opacity: number;
  /** `solid`, `dashed`, `dotted` */
  readonly dash: string;
  readonly symbol: string;
}

interface SeriesLooks {
  readonly name?: string;
  readonly type?: string;
  readonly itemStyle?: { readonly color?: string; readonly borderColor?: string; readonly opacity?: number };
  readonly lineStyle?: { readonly type?: string };
  readonly areaStyle?: unknown;
  readonly symbol?: string;
  /** Helper series, drawn for another one. */
  readonly silent?: boolean;
}

/** The series of an option, as far as a reader should know them. */
const legendOf = ({ series }: EChartsOption): Entry[] =>
  (series as readonly SeriesLooks[])
    .filter(({ silent, areaStyle }) => silent !== true || areaStyle !== undefined)
    .map(({ name = '', type = '', itemStyle = {}, lineStyle = {}, areaStyle, symbol = 'circle' }) => ({
      name,
      type: areaStyle ? 'area' : type,
      colour: itemStyle.color ?? 'currentColor',
      opacity: itemStyle.opacity ?? 1,
      ...(itemStyle.borderColor ? { border: itemStyle.borderColor } : {}),
      dash: lineStyle.type ?? 'solid',
      symbol,
    }));

/** A legend as a list in the page: it wraps by itself and overlaps nothing at any width. */
export function drawLegend(list: HTMLElement, option: EChartsOption): void {
  list.replaceChildren(
    ...legendOf(option).map(({ name, type, colour, border, opacity, dash, symbol }) => {
      const swatch = document.createElement('span');
      swatch.className = `swatch ${type} ${symbol}`;
      swatch.setAttribute('aria-hidden', 'true');
      if (type === 'line') swatch.style.borderTop = `3px ${dash} ${colour}`;
      else swatch.style.backgroundColor = colour;
      swatch.style.opacity = String(opacity);
      if (type === 'bar' && border) swatch.style.outline = `1px solid ${border}`;
      const item = document.createElement('li');
      item.append(swatch, name);
      return item;
    }),
  );
}
