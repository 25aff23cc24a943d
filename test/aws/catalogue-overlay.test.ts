import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeCatalogue } from '../../src/aws/catalogue/merge';
import { loadOverlay, overlayPath } from '../../src/cli/catalogue-overlay';
import { EMBEDDED_CATALOGUE } from '../../src/hardware/offerings';
import { cli } from './environment';
import { regionHandlers } from './region';
import { overlay, overlayFile, serve, snapshot } from './served-catalogue';

describe('planning with the overlay', () => {
  test('uses live prices, and warns only of old ones', async () => {
    await serve(regionHandlers());
    const words = ['plan', '--model', 'Qwen3.5-9B', '--allow-type', 'g6e.xlarge', '--rate', '0.01', '--json'];
    const before = await cli(...words);
    expect(before.err).toMatch(
      /^warning: the on-demand price of g6e\.\w+ in us-east-1 is \d+ days old \(karpenter-2026-07-20\)/,
    );
    await cli('catalog', 'refresh');
    const after = await cli(...words);
    expect(after.err).toBe('');
    const plan = JSON.parse(after.out);
    expect(plan.cost.instance).toMatchObject({
      source: expect.stringMatching(/^aws-pricing-/),
      evidence: 'listed',
    });
    expect(plan.cost.instance.usdPerHour).toBeCloseTo(
      snapshot(plan.choice.instanceType).onDemand!.usdPerHour * 1.25,
      6,
    );
    process.env.QWEN_SELFHOST_CATALOGUE = 'none';
    expect(overlayPath()).toBeNull();
  });

  test('spot prices of today are listed, and a capacity block on sale is bought in its own zone', async () => {
    await serve(regionHandlers());
    expect((await cli('catalog', 'refresh')).code).toBe(0);
    const words = ['plan', '--json', '--model'];
    const spot = JSON.parse((await cli(...words, 'Qwen3.5-9B', '--market', 'spot', '--rate', '0.01')).out);
    expect(spot.cost.instance).toMatchObject({
      source: expect.stringMatching(/^aws-spot-history-/),
      evidence: 'listed',
    });
    const block = JSON.parse(
      (await cli(...words, 'Qwen3.5-35B-A3B', '--market', 'capacity-block', '--allow-type', 'p5.48xlarge'))
        .out,
    );
    // p5.48xlarge has no price of blocks in the snapshot: the overlay alone makes it plannable.
    expect(block.cost.instance).toMatchObject({
      usdPerHour: 41.6,
      source: expect.stringMatching(/^aws-capacity-blocks-/),
      evidence: 'listed',
    });
    expect(block.choice.zoneIds).toEqual([
      overlay().regions['us-east-1']!.offerings['p5.48xlarge']!.capacityBlock!.zoneId,
    ]);
    const two = await cli(...words, 'Qwen3.5-35B-A3B', '--market', 'capacity-block', '--min-zones', '2');
    expect(two.code).toBe(1);
  });

  test('a file that is named and not there is told, and planning goes on with the snapshot', async () => {
    await serve(regionHandlers());
    process.env.QWEN_SELFHOST_CATALOGUE = join(tmpdir(), 'no-such-catalogue.json');
    for (const words of [
      ['catalog', 'show', 'g6e.xlarge'],
      ['plan', '--json', '--model', 'Qwen3.5-9B'],
    ]) {
      const { code, err } = await cli(...words);
      expect(code).toBe(0);
      expect(err).toMatch(
        /^warning: QWEN_SELFHOST_CATALOGUE names ".*no-such-catalogue\.json", which is not there/,
      );
    }
  });

  test.each(['', '{"schemaVersion":1', '{"schemaVersion":9,"regions":{}}', 'null'])(
    'a damaged overlay is not used, with a warning: %s',
    async (text) => {
      await serve(regionHandlers());
      await cli('catalog', 'refresh');
      writeFileSync(overlayFile(), text);
      const { overlay: loaded, warning } = loadOverlay(overlayPath());
      expect(mergeCatalogue(EMBEDDED_CATALOGUE, loaded)).toBe(EMBEDDED_CATALOGUE);
      expect(warning).toMatch(/^the catalogue overlay ".+" is not used: .+; write it again with/);
      const { code, err } = await cli('catalog', 'show', 'g6e.xlarge');
      expect(code).toBe(0);
      expect(err).toMatch(/^warning: the catalogue overlay/);
    },
  );
});
