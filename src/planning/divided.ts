import type { HistoryHits } from '../performance/load';
import { randomArrivals } from '../performance/percentile';
import type { Curve } from './curve';
import type { Design } from './design';
import { type History, historyHits } from './history';
import { remembered } from './remembered';

/** A design without history: the same among any number of replicas. */
export function alike(alone: Omit<Design, 'among'>): Design {
  const design: Design = { ...alone, among: () => design };
  return design;
}

/** Up to so many replicas each number has its own figures; above, every fourth power of two: what is found is little. */
const EXACT_REPLICAS = 8;

/** Replicas that what is found is divided by: as many, or somewhat more. */
const countedReplicas = (replicas: number): number =>
  replicas <= EXACT_REPLICAS ? replicas : 2 ** (Math.ceil(4 * Math.log2(replicas) - 1e-9) / 4);

/** A design and its variants by the number of replicas; each is made once, so that what is learned of it is kept. */
export function divided(alone: Omit<Design, 'among'>, history: History, sequences: number): Design {
  const variants = new Map<number, Design>();
  const among = (replicas: number): Design => {
    const counted = countedReplicas(replicas);
    let variant = variants.get(counted);
    if (variant === undefined) {
      variant = { ...alone, curve: historyCurve(alone, history, sequences, counted), among };
      variants.set(counted, variant);
    }
    return variant;
  };
  const design = { ...alone, among };
  variants.set(Number.POSITIVE_INFINITY, design);
  return design;
}

/** Shares of hits that are as good as equal. */
const SAME = 0.995;

/** Predictions by rate where history is divided by so many replicas. */
function historyCurve(
  { curve, layout }: Omit<Design, 'among'>,
  history: History,
  sequences: number,
  replicas: number,
): Curve {
  const { features, coefficients, load, tail } = curve;
  const stages = layout.pipelineParallel;
  const hitsAt = (rate: number, batch: number): HistoryHits =>
    historyHits(history, {
      pools: replicas * layout.dataParallel,
      sequences,
      running: batch * stages,
      requestsPerSecond: rate * stages,
    });
  const withHits = (rate: number, hits: HistoryHits) => ({
    hits,
    p: randomArrivals(features, coefficients, { ...load, history: hits }, tail)(rate),
  });
  /** What runs leaves less room to history, and less history lets more run: once is enough, both change little. */
  const found = remembered((rate: number) => {
    const first = withHits(rate, hitsAt(rate, 0));
    const hits = hitsAt(rate, first.p.mean.decodeBatch);
    return hits.share > SAME * first.hits.share ? first : withHits(rate, hits);
  });
  const at = (rate: number) => found(rate).p;
  return { ...curve, at, seenAt: at, historyAt: (rate) => found(rate).hits };
}
