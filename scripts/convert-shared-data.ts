/**
 * Converts the team's sourced data (`../shared/data`) into this project's own dated data files.
 * Run `npm run data:convert -- [SHARED_DIR]` when the shared data changes; the output is never edited by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sharedDir = process.argv[2] ?? join(__dirname, '..', '..', 'shared', 'data');
const root = join(__dirname, '..');

const read = (name: string): string => readFileSync(join(sharedDir, name), 'utf8');
const write = (path: string, value: unknown, indent = 1): void => {
  writeFileSync(join(root, path), `${JSON.stringify(value, null, indent)}\n`);
  console.log(`wrote ${path}`);
};

/** Writes a document whose long list has one row a line, so that a change of one price is a one-line diff. */
function writeRows(path: string, listKey: string, value: Record<string, unknown>): void {
  const rows = (value[listKey] as unknown[]).map((row) => JSON.stringify(row)).join(',\n');
  const head = JSON.stringify({ ...value, [listKey]: [] }, null, 1).replace(
    `"${listKey}": []`,
    `"${listKey}": [\n${rows}\n ]`,
  );
  writeFileSync(join(root, path), `${head}\n`);
  console.log(`wrote ${path}`);
}

/** CSV without quoted fields, which is what the shared catalogues are. */
function csv(name: string): Record<string, string>[] {
  const [header = '', ...lines] = read(name).trim().split('\n');
  if (header.includes('"')) throw new Error(`${name} has quoted fields: use a CSV library`);
  const keys = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [keys[i], value])));
}
const number = (text: string | undefined): number | null =>
  text === undefined || text === '' ? null : Number(text);

type Json = Record<string, unknown>;

function convertGpus(): void {
  const source = JSON.parse(read('gpus.json')) as { as_of: string; note: string; gpus: Json[] };
  const gpus = source.gpus
    .filter((gpu) => Array.isArray(gpu.aws) || gpu.id === 'A10' || gpu.id === 'H100-NVL')
    .map((gpu) => ({
      id: gpu.id,
      name: gpu.name ?? gpu.id,
      architecture: gpu.arch,
      computeCapability: Number(gpu.compute_capability),
      marketingGB: gpu.mem_gb_marketing,
      nvidiaSmiMiB: gpu.mem_mib_nvidia_smi,
      ec2ApiMiB: gpu.mem_mib_ec2_api,
      cudaVisibleGiB: gpu.cuda_visible_gib ?? null,
      cudaVisibleSource: gpu.cuda_visible_source ?? null,
      memoryBandwidthGBps: gpu.mem_bw_gbps,
      bf16Tflops: gpu.bf16_tflops,
      fp16Tflops: gpu.fp16_tflops,
      fp8Tflops: gpu.fp8_tflops,
      fp4Tflops: gpu.fp4_tflops,
      nvlinkGBpsBidirectional: gpu.nvlink_gbps_bidir,
      pcie: gpu.pcie,
      uncertain: gpu.uncertain ?? [],
      notes: gpu.notes ?? null,
      sources: gpu.sources,
    }));
  write('src/hardware/data/gpus.json', { asOf: source.as_of, note: source.note, gpus });
}

/** How good a price is: quoted for that region, assumed equal to us-east-1, or scaled by another type's ratio. */
function priceEvidence(source: string): 'listed' | 'assumed' | 'estimated' {
  if (source.startsWith('estimated')) return 'estimated';
  return source.startsWith('assumed') ? 'assumed' : 'listed';
}

function convertAws(): void {
  const types = csv('aws-gpu-types.csv').map((row) => ({
    name: row.instance_type,
    gpuId: row.accelerator,
    gpuCount: number(row.gpu_count),
    vcpus: number(row.vcpus),
    memoryGiB: number(row.memory_gib),
    localNvmeGB: number(row.nvme_gb),
    networkGbps: number(row.net_baseline_gbps),
    efaInterfaces: number(row.efa_interfaces),
    ebsMbps: number(row.ebs_max_mbps),
    bareMetal: row.bare_metal === 'True',
    cpuArchitecture: row.arch,
    usageClasses: (row.usage_classes ?? '').split('|'),
    onDemandQuotaCode: row.quota_od || null,
  }));
  write('src/hardware/data/aws-instance-types.json', {
    asOf: '2026-08-02',
    source: 'EC2 DescribeInstanceTypes as recorded by moto 2026-08 (p6e-gb200 added by hand)',
    types,
  });

  const byOffering = new Map<
    string,
    { zoneIds: string[]; spot: Record<string, [number, string]>; row: Record<string, string> }
  >();
  for (const row of csv('aws-gpu-catalog.csv')) {
    const key = `${row.region}/${row.instance_type}`;
    const entry = byOffering.get(key) ?? { zoneIds: [], spot: {}, row };
    entry.zoneIds.push(row.az_id!);
    const spot = number(row.price_spot_usd_h);
    if (spot !== null) entry.spot[row.az_id!] = [spot, row.spot_source!];
    byOffering.set(key, entry);
  }
  const offerings = [...byOffering.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { zoneIds, spot, row }]) => {
      const usdPerHour = number(row.price_od_usd_h);
      return {
        region: row.region,
        instanceType: row.instance_type,
        zoneIds: zoneIds.sort(),
        onDemand:
          usdPerHour === null
            ? null
            : { usdPerHour, source: row.od_source, evidence: priceEvidence(row.od_source!) },
        spot: Object.fromEntries(
          Object.entries(spot)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([zone, [usd, source]]) => [zone, { usdPerHour: usd, source }]),
        ),
      };
    });
  writeRows('src/hardware/data/aws-offerings.json', 'offerings', {
    asOf: '2026-08-01',
    sources: {
      'karpenter-2026-07-20': 'us-east-1 prices of 2026-07-20',
      'awspricelist-2025-04-04':
        'AWS price list of 2025-04-04 (G-family prices unchanged since in us-east-1)',
      'skypilot-2026H1': 'skypilot catalogue, first half of 2026',
      'assumed=us-east-1': 'no row found; us-east-1 price assumed',
      'estimated-region-ratio':
        'us-east-1 price times another type’s regional ratio: an estimate, not a quote',
      'spot-advisor-savings-2025-06': 'on-demand price less the Spot Advisor saving of 2025-06: indicative',
    },
    offerings,
  });
}

/** Hosted APIs that plans are compared with: the served model at its hosts, and what teams use instead. */
const HOSTED_APIS: readonly { provider: string; model: string; name: string; serves: string | null }[] = [
  {
    provider: 'alibaba',
    model: 'qwen3.5-35b-a3b',
    name: 'Qwen3.5-35B-A3B (Alibaba)',
    serves: 'Qwen3.5-35B-A3B',
  },
  {
    provider: 'openrouter',
    model: 'qwen/qwen3.5-35b-a3b',
    name: 'Qwen3.5-35B-A3B (OpenRouter)',
    serves: 'Qwen3.5-35B-A3B',
  },
  {
    provider: 'openrouter',
    model: 'qwen/qwen3.5-flash-02-23',
    name: 'Qwen3.5-Flash (OpenRouter)',
    serves: 'Qwen3.5-35B-A3B',
  },
  { provider: 'alibaba', model: 'qwen3.5-27b', name: 'Qwen3.5-27B (Alibaba)', serves: 'Qwen3.5-27B' },
  {
    provider: 'openrouter',
    model: 'qwen/qwen3.5-27b',
    name: 'Qwen3.5-27B (OpenRouter)',
    serves: 'Qwen3.5-27B',
  },
  {
    provider: 'alibaba',
    model: 'qwen3.5-122b-a10b',
    name: 'Qwen3.5-122B-A10B (Alibaba)',
    serves: 'Qwen3.5-122B-A10B',
  },
  {
    provider: 'openrouter',
    model: 'qwen/qwen3.5-122b-a10b',
    name: 'Qwen3.5-122B-A10B (OpenRouter)',
    serves: 'Qwen3.5-122B-A10B',
  },
  {
    provider: 'alibaba',
    model: 'qwen3.5-397b-a17b',
    name: 'Qwen3.5-397B-A17B (Alibaba)',
    serves: 'Qwen3.5-397B-A17B',
  },
  {
    provider: 'openrouter',
    model: 'qwen/qwen3.5-397b-a17b',
    name: 'Qwen3.5-397B-A17B (OpenRouter)',
    serves: 'Qwen3.5-397B-A17B',
  },
  { provider: 'alibaba', model: 'qwen3.5-plus', name: 'Qwen3.5-Plus (Alibaba)', serves: 'Qwen3.5-397B-A17B' },
  { provider: 'openrouter', model: 'qwen/qwen3.5-9b', name: 'Qwen3.5-9B (OpenRouter)', serves: 'Qwen3.5-9B' },
  { provider: 'openai', model: 'gpt-5-mini', name: 'GPT-5 mini (OpenAI)', serves: null },
  { provider: 'anthropic', model: 'claude-sonnet-4-5', name: 'Claude Sonnet 4.5 (Anthropic)', serves: null },
  {
    provider: 'amazon-bedrock',
    model: 'meta.llama4-scout-17b-instruct-v1:0',
    name: 'Llama 4 Scout (Bedrock)',
    serves: null,
  },
  {
    provider: 'amazon-bedrock',
    model: 'meta.llama4-maverick-17b-instruct-v1:0',
    name: 'Llama 4 Maverick (Bedrock)',
    serves: null,
  },
];

function convertApiPrices(): void {
  const file = 'api-prices-modelsdev-2026-07-02.csv';
  const rows = read(file)
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const apis = HOSTED_APIS.map(({ provider, model, name, serves }) => {
    const row = rows.find((cells) => cells[0] === provider && cells[1] === model);
    if (!row) throw new Error(`${file} has no price of ${provider} ${model}`);
    return {
      name,
      serves,
      inputUsdPerMillion: number(row[2]),
      cachedInputUsdPerMillion: number(row[4]),
      outputUsdPerMillion: number(row[3]),
    };
  });
  writeRows('src/planning/data/hosted-apis.json', 'apis', {
    asOf: '2026-07-02',
    source:
      'models.dev list prices of 2026-07-02, USD per million tokens; discounts, batch and long-context tiers left out',
    apis,
  });
}

function copyTestData(): void {
  for (const name of [
    'vllm-memory-observations',
    'throughput-observations',
    'performance-model-test-vectors',
  ]) {
    write(`test/data/${name}.json`, JSON.parse(read(`${name}.json`)), name.startsWith('throughput') ? 0 : 1);
  }
}

/** Accepted tokens per step with MTP, by task; the measured speed-ups stay with the shared data. */
function copyMtpAcceptance(): void {
  const source = JSON.parse(read('mtp-acceptance-qwen35.json')) as { meta: Json; golden_AL: Json };
  const { golden_AL_source, golden_AL_setup, AL_definition } = source.meta;
  write('src/performance/data/mtp-acceptance.json', {
    definition: AL_definition,
    source: golden_AL_source,
    setup: golden_AL_setup,
    acceptanceLength: source.golden_AL,
  });
}

/** Worked KV layouts of every model, the table that `poolLayout` is tested against. */
function copyKvLayouts(): void {
  const source = JSON.parse(read('qwen35-models.json')) as {
    generated: string;
    models: Record<string, Json>;
  };
  const models = Object.fromEntries(
    Object.entries(source.models).map(([name, { kv, tp_validity }]) => [
      name,
      { kv, tpValidity: tp_validity },
    ]),
  );
  write('test/data/qwen35-kv-layouts.json', { asOf: source.generated, models });
}

/** What is known of each checkpoint's size beyond the shared model file, from qwen35.md section 3. */
const extraCheckpoints: Record<string, Json[]> = JSON.parse(
  readFileSync(join(__dirname, 'extra-checkpoints.json'), 'utf8'),
);

function convertModels(): void {
  const source = JSON.parse(read('qwen35-models.json')) as {
    generated: string;
    models: Record<string, Json>;
  };
  const models = Object.entries(source.models).map(([name, m]) => {
    const params = m.params as Record<string, number>;
    const vision = m.vision as Record<string, number>;
    const official = Object.entries(m.checkpoints as Record<string, Json | Json[]>)
      .filter((entry): entry is [string, Json] => !Array.isArray(entry[1]))
      .map(([key, c]) => ({
        key: key.replace('_', '-'),
        hfId: c.hf_id,
        official: true,
        tensorBytes: c.tensor_bytes ?? null,
        evidence: evidenceOf(String(c.status)),
        source: [c.status, c.evidence].filter(Boolean).join(': '),
      }));
    return {
      name,
      hfId: m.hf_id,
      architecture: {
        layers: m.layers,
        fullAttentionLayers: m.full_attention_layers,
        linearAttentionLayers: m.linear_attention_layers,
        hiddenSize: m.hidden_size,
        attentionHeads: m.num_attention_heads,
        kvHeads: m.num_key_value_heads,
        linearKeyHeads: m.linear_num_key_heads,
        linearValueHeads: m.linear_num_value_heads,
        denseFfnSize: m.intermediate_size ?? null,
        moe:
          m.num_experts === undefined
            ? null
            : {
                experts: m.num_experts,
                activeExperts: m.num_experts_per_tok,
                expertSize: m.moe_intermediate_size,
                sharedExpertSize: m.shared_expert_intermediate_size,
              },
        tiedEmbeddings: m.tie_word_embeddings,
        vision: { depth: vision.depth, hiddenSize: vision.hidden_size },
        params: { text: params.text, vision: params.vision, mtp: params.mtp },
      },
      checkpoints: [...official, ...(extraCheckpoints[name] ?? [])],
    };
  });
  const siblings = Object.entries(extraCheckpoints)
    .filter(([name]) => source.models[name] === undefined)
    .map(([name, checkpoints]) => {
      const base = name.includes('27B') ? 'Qwen3.5-27B' : 'Qwen3.5-35B-A3B';
      return {
        name,
        hfId: `Qwen/${name}`,
        architecture: models.find((m) => m.name === base)!.architecture,
        checkpoints,
      };
    });
  write('src/models/data/models.json', { asOf: source.generated, models: [...models, ...siblings] });
}

function evidenceOf(status: string): 'verified' | 'computed' | 'unknown' {
  if (status.startsWith('verified') || status === 'consistent' || status.includes('load size verified'))
    return 'verified';
  return status.startsWith('computed') ? 'computed' : 'unknown';
}

convertGpus();
convertAws();
convertModels();
convertApiPrices();
copyTestData();
copyKvLayouts();
copyMtpAcceptance();
