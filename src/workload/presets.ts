/**
 * Traffic presets. Lengths are tokens; `reasoning` is added to the answer while thinking is on (Qwen3.5's default).
 * Sources: the Azure 2023 traces and the standard workloads of planners.md section 8. Reasoning lengths are
 * estimates: no published distribution was found, so plans that rest on them say so.
 */
export interface LengthStats {
  readonly mean: number;
  readonly p95: number;
}

export interface Preset {
  readonly description: string;
  readonly inputTokens: LengthStats;
  readonly answerTokens: LengthStats;
  readonly reasoningTokens: LengthStats;
  /** Share of the input that is the same text for every request (system prompt, tools). */
  readonly sharedPrefixShare: number;
  /** Time from one request of a user to the next. */
  readonly secondsBetweenRequests: number;
  readonly ttftP95Seconds: number;
  readonly tpotP95Seconds: number;
  readonly source: string;
}

export const PRESETS = {
  chat: {
    description: 'people talking to an assistant',
    inputTokens: { mean: 1155, p95: 4083 },
    answerTokens: { mean: 211, p95: 451 },
    reasoningTokens: { mean: 800, p95: 2400 },
    sharedPrefixShare: 0.3,
    secondsBetweenRequests: 60,
    ttftP95Seconds: 2,
    tpotP95Seconds: 0.05,
    source: 'Azure 2023 conversation trace; reasoning length estimated',
  },
  rag: {
    description: 'questions answered from retrieved documents',
    inputTokens: { mean: 4096, p95: 8192 },
    answerTokens: { mean: 512, p95: 1024 },
    reasoningTokens: { mean: 600, p95: 1800 },
    sharedPrefixShare: 0.1,
    secondsBetweenRequests: 90,
    ttftP95Seconds: 3,
    tpotP95Seconds: 0.06,
    source: 'llm-d-planner RAG shape 4096/512; p95 taken as twice the mean; reasoning length estimated',
  },
  code: {
    description: 'completions in an editor, short and fast',
    inputTokens: { mean: 2048, p95: 7303 },
    answerTokens: { mean: 28, p95: 90 },
    reasoningTokens: { mean: 0, p95: 0 },
    sharedPrefixShare: 0.1,
    secondsBetweenRequests: 20,
    ttftP95Seconds: 1,
    tpotP95Seconds: 0.04,
    source: 'Azure 2023 code trace',
  },
  agent: {
    description: 'tool-using agents with long, growing context',
    inputTokens: { mean: 24000, p95: 80000 },
    answerTokens: { mean: 425, p95: 1500 },
    reasoningTokens: { mean: 600, p95: 2400 },
    sharedPrefixShare: 0.6,
    secondsBetweenRequests: 20,
    ttftP95Seconds: 8,
    tpotP95Seconds: 0.05,
    source: 'shape of llm-d agentic_code_generation, scaled down (estimated)',
  },
  summarise: {
    description: 'articles and reports condensed',
    inputTokens: { mean: 2588, p95: 6000 },
    answerTokens: { mean: 291, p95: 700 },
    reasoningTokens: { mean: 300, p95: 900 },
    sharedPrefixShare: 0.05,
    secondsBetweenRequests: 120,
    ttftP95Seconds: 4,
    tpotP95Seconds: 0.08,
    source: 'arXiv summarisation trace (Vidur); p95 and reasoning estimated',
  },
  'long-document': {
    description: 'long documents read and answered in detail',
    inputTokens: { mean: 10240, p95: 24000 },
    answerTokens: { mean: 1536, p95: 3000 },
    reasoningTokens: { mean: 800, p95: 2400 },
    sharedPrefixShare: 0.05,
    secondsBetweenRequests: 300,
    ttftP95Seconds: 6,
    tpotP95Seconds: 0.07,
    source: 'llm-d-planner long document shape; p95 and reasoning estimated',
  },
  batch: {
    description: 'offline jobs: throughput matters, latency hardly',
    inputTokens: { mean: 2048, p95: 4096 },
    answerTokens: { mean: 512, p95: 1024 },
    reasoningTokens: { mean: 800, p95: 2400 },
    sharedPrefixShare: 0.2,
    secondsBetweenRequests: 60,
    ttftP95Seconds: 60,
    tpotP95Seconds: 0.2,
    source: 'estimated',
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];
