import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan, withAdapters } from '../stacks/make-plan';
import { AWS, adapterFiles, DOCKER, type Files, publish, safetensors, stageIn, TENSORS } from './hub';
import { type FakeMachine, hasPython, type MachineConfig } from './machine';
import { COMMIT, calls, rehearse } from './rehearse';

const MODEL = makePlan().choice.hfId;
const MODEL_FILES: Files = { 'model.safetensors': 'weights', 'config.json': '{}' };
const [SUPPORT, LEGAL] = withAdapters().requirements!.adapters!;
type Adapter = NonNullable<typeof SUPPORT>;
const folderOf = (machine: FakeMachine, { repository, revision }: Adapter) =>
  machine.path(`cache/huggingface/hub/models--${repository.replace('/', '--')}/snapshots/${revision}`);
const downloads = (machine: FakeMachine) =>
  calls(machine, 'run')
    .filter((call) => call.some((word) => word.includes('snapshot_download')))
    .map((call) => call.slice(-3, -1).join('@'));

interface Given {
  /** Files of each adapter; of those not named, good ones. */
  readonly files?: Readonly<Record<string, Files>>;
  readonly adapters?: readonly Adapter[];
  readonly s3?: boolean;
  readonly broken?: string;
}

/** A machine whose hub or bucket holds the model and the adapters. */
async function booting(
  { files = {}, adapters = [SUPPORT!, LEGAL!], s3 = false, broken = '' }: Given,
  test: (machine: FakeMachine) => Promise<void>,
): Promise<void> {
  const overrides = withAdapters(adapters);
  const deployment = { weights: s3 ? ('s3' as const) : ('huggingface' as const) };
  const put = s3 ? stageIn : publish;
  const docker = `BROKEN='${broken}'\n${DOCKER}`;
  await rehearse(
    s3 ? { docker: '', aws: AWS } : { docker },
    async (machine) => {
      put(machine.path('.'), MODEL, COMMIT, MODEL_FILES);
      for (const { name, repository, revision } of adapters)
        put(machine.path('.'), repository, revision, files[name] ?? adapterFiles());
      await test(machine);
    },
    {
      plan: {
        ...overrides,
        requirements: { ...overrides.requirements, deployment },
        choice: { revision: COMMIT },
      },
      change: (config: MachineConfig) => {
        config.engine.checkpointBytes = 100;
      },
    },
  );
}

(hasPython ? describe : describe.skip)('boot with adapters: prepare.py', () => {
  it('fetches each at its commit, checks all, and needs no network for that after a reboot', async () => {
    await booting({}, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(downloads(machine)).toEqual([
        `acme/support-lora@${SUPPORT!.revision}`,
        `acme/legal-lora@${LEGAL!.revision}`,
        `${MODEL}@${COMMIT}`,
      ]);
      for (const name of ['adapter support', 'adapter legal', 'weights'])
        expect(machine.log).toMatch(new RegExp(`${name}: 2 files have their checksums, commit`));
      // Where the engine's arguments say.
      for (const adapter of [SUPPORT!, LEGAL!])
        expect(readdirSync(folderOf(machine, adapter)).sort()).toEqual([
          'adapter_config.json',
          'adapter_model.safetensors',
        ]);
      expect(machine.log).not.toMatch(/have no effect|compare their answers/);
      expect(await machine.run('prepare.py')).toBe(0);
      expect(downloads(machine)).toHaveLength(3);
      expect(machine.log.match(/already here and verified/g)).toHaveLength(3);
    });
  });

  it('takes two of one repository at different commits, and nothing but the two files of each', async () => {
    const two = [SUPPORT!, { ...SUPPORT!, name: 'support-next', revision: 'e'.repeat(40) }];
    const noise = {
      ...adapterFiles({ r: 16 }),
      'optimizer.pt': 'x',
      'adapter_model.bin': 'x',
      'README.md': 'x',
    };
    await booting({ adapters: two, files: { 'support-next': noise } }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      for (const adapter of two)
        expect(readdirSync(folderOf(machine, adapter)).sort()).toEqual([
          'adapter_config.json',
          'adapter_model.safetensors',
        ]);
      const config = readFileSync(join(folderOf(machine, two[1]!), 'adapter_config.json'), 'utf8');
      expect(JSON.parse(config).r).toBe(16);
    });
  });

  it('takes staged ones from S3, each from its prefix', async () => {
    await booting({ s3: true }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(calls(machine, 'sync').map((call) => call.find((word) => word.startsWith('s3://')))).toEqual([
        `s3://weights/acme/support-lora/${SUPPORT!.revision}/files/`,
        `s3://weights/acme/legal-lora/${LEGAL!.revision}/files/`,
        `s3://weights/${MODEL}/${COMMIT}/files/`,
      ]);
      expect(existsSync(join(folderOf(machine, LEGAL!), 'adapter_model.safetensors'))).toBe(true);
      expect(await machine.run('prepare.py')).toBe(0);
      expect(calls(machine, 'sync')).toHaveLength(3);
    });
  });

  it('keeps the snapshot of another commit of the same repository when it clears up after S3', async () => {
    const two = [SUPPORT!, { ...SUPPORT!, name: 'support-next', revision: 'e'.repeat(40) }];
    await booting({ s3: true, adapters: two }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      for (const adapter of two) expect(readdirSync(folderOf(machine, adapter))).toHaveLength(2);
    });
  });

  it('says which adapter is not staged', async () => {
    await booting({ s3: true }, async (machine) => {
      machine.configure((config) => {
        (config.engine.adapters as { weightsPrefix: string }[])[1]!.weightsPrefix = 'acme/legal-lora/new/';
      });
      expect(await machine.run('prepare.py')).toBe(1);
      expect(machine.log).toMatch(
        /adapter legal: attempt 5 of 5: no s3:\/\/weights\/acme\/legal-lora\/new\/manifest\.json: has the staging job finished/,
      );
    });
  });

  it('ends with the adapter and the files that stay corrupt, before the model is fetched', async () => {
    await booting({ broken: 'acme/legal-lora' }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(1);
      expect(machine.log).toMatch(
        /adapter legal: attempt 5 of 5: corrupt weights: [0-9a-f]{40}, [0-9a-f]{64}/,
      );
      expect(machine.log).toContain('adapter legal failed 5 times');
      expect(downloads(machine)).not.toContain(`${MODEL}@${COMMIT}`);
    });
  });

  const config = (text: string): Files => ({ ...adapterFiles(), 'adapter_config.json': text });
  const without = (name: string): Files =>
    Object.fromEntries(Object.entries(adapterFiles()).filter(([file]) => file !== name));
  const others = TENSORS.map((name) => name.replace('language_model.layers', 'layers'));

  it.each<[string, Files, RegExp]>([
    ['a rank above the plan', adapterFiles({ r: 64 }), /its rank is 64, planned is 8; give it rank: 64 in/],
    [
      'a rank above the plan for some layers',
      adapterFiles({ rank_pattern: { q_proj: 32 } }),
      /its rank is 32, planned is 8/,
    ],
    ['no configuration', without('adapter_config.json'), /it has no adapter_config\.json; name a commit/],
    ['nothing at all', { 'README.md': 'soon' }, /it has no adapter_config\.json/],
    ['a configuration of another kind', config('[1]'), /its adapter_config\.json gives no whole number as r/],
    ['a damaged configuration', config('{"r": 8'), /its adapter_config\.json gives no whole number as r/],
    ['a rank that is no number', adapterFiles({ r: 'low' }), /gives no whole number as r/],
    [
      'only a pickle',
      { ...without('adapter_model.safetensors'), 'adapter_model.bin': 'x' },
      /it has no adapter_model\.safetensors \(a \.bin is not served\); save it with PEFT's safe_serialization/,
    ],
    [
      'a file that is no safetensors',
      { ...adapterFiles(), 'adapter_model.safetensors': Buffer.alloc(64, 0xff) },
      /its adapter_model\.safetensors is no safetensors file/,
    ],
    [
      'an empty file',
      { ...adapterFiles(), 'adapter_model.safetensors': safetensors([]) },
      /none of its 0 tensors/,
    ],
    [
      'tensors of another model',
      adapterFiles({}, ['base_model.model.transformer.h.0.attn.lora_A.weight']),
      /none of its 1 tensors belongs to a layer of Qwen3\.5-35B-A3B, such as 'base_model\.model\.transformer/,
    ],
    [
      'layers without room',
      adapterFiles({}, [
        ...TENSORS,
        'base_model.model.model.language_model.layers.3.mlp.experts.down_proj.lora_A.weight',
      ]),
      /it changes layers without room, such as 'base_model.*experts.*plan with sizing\.adapterLayers: all/,
    ],
    [
      'a layer that is no projection',
      adapterFiles({}, [...TENSORS, 'base_model.model.lm_head.lora_B.weight']),
      /it changes layers without room, such as 'base_model\.model\.lm_head/,
    ],
  ])('%s: one line with the fix, no second attempt, no model, no engine', async (_, files, message) => {
    await booting({ files: { legal: files } }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(1);
      const lines = machine.log.trim().split('\n');
      expect(lines.at(-1)).toMatch(/prepare\.py: adapter legal, acme\/legal-lora at b{40}: /);
      expect(lines.at(-1)).toMatch(message);
      expect(machine.log).not.toContain('attempt 2');
      expect(downloads(machine)).not.toContain(`${MODEL}@${COMMIT}`);
      // Neither does the next attempt of systemd, which finds the files there.
      expect(await machine.run('prepare.py')).toBe(1);
      expect(machine.log.trim().split('\n').at(-1)).toMatch(message);
    });
  });

  it('serves what was trained on the text part alone', async () => {
    const files = { legal: adapterFiles({}, others) };
    await booting({ files }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
    });
  });

  it('warns of tensors without effect and of another base model, and goes on', async () => {
    const files = adapterFiles({ base_model_name_or_path: 'acme/other-model' }, [
      ...TENSORS,
      'base_model.model.mtp.layers.0.q_proj.lora_A.weight',
    ]);
    await booting({ files: { support: files } }, async (machine) => {
      expect(await machine.run('prepare.py')).toBe(0);
      expect(machine.log).toContain(
        "adapter support: 1 of 5 tensors have no effect, such as 'base_model.model.mtp",
      );
      expect(machine.log).toContain(
        "adapter support: made for 'acme/other-model', served with Qwen3.5-35B-A3B",
      );
    });
  });
});
