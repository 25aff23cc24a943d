import fs, { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors';
import { synthPlans } from '../../stacks/synth';
import { variants } from '../policy/variants';
import { makePlan, TWO_REPLICAS } from './make-plan';
import { inScratch } from './template';

describe('synthPlans', () => {
  it('writes one file per plan, nothing else, making the folders it needs', () => {
    inScratch((folder) => {
      const out = join(folder, 'a', 'b');
      const written = synthPlans([makePlan(), makePlan(TWO_REPLICAS)], out);
      expect(written).toEqual([
        join(out, 'stacks', 'qwen35-35b', 'cdk.tf.json'),
        join(out, 'stacks', 'qwen35-27b', 'cdk.tf.json'),
      ]);
      expect(readdirSync(out)).toEqual(['stacks']);
      for (const file of written) expect(readdirSync(join(file, '..'))).toEqual(['cdk.tf.json']);
    });
  });

  it('leaves what Terraform and the user keep beside it', () => {
    inScratch((folder) => {
      const [file] = synthPlans([makePlan()], folder);
      const state = join(file!, '..', 'terraform.tfstate');
      writeFileSync(state, 'precious');
      synthPlans([makePlan()], folder);
      expect(readFileSync(state, 'utf8')).toBe('precious');
    });
  });

  it('changes nothing when one of the plans fails', () => {
    inScratch((folder) => {
      const [file] = synthPlans([makePlan()], folder);
      const before = readFileSync(file!, 'utf8');
      const changed = makePlan({ scaling: { maxInstances: 9 } });
      const broken = makePlan({ name: 'broken', timeoutsSeconds: { systemdStop: 1 } });
      expect(() => synthPlans([changed, broken], folder)).toThrow(/plan broken: .*systemd/);
      expect(readFileSync(file!, 'utf8')).toBe(before);
      expect(readdirSync(folder)).toEqual(['stacks']);
      expect(existsSync(join(folder, 'stacks', 'broken'))).toBe(false);
    });
  });

  it('leaves stack traces as they were, also when it fails', () => {
    const { captureStackTrace } = Error;
    inScratch((folder) => {
      synthPlans([makePlan()], folder);
      expect(Error.captureStackTrace).toBe(captureStackTrace);
      expect(() => synthPlans([makePlan({ name: '' })], folder)).toThrow(UserError);
      expect(Error.captureStackTrace).toBe(captureStackTrace);
    });
  });

  it('fails when two plans have one name', () => {
    inScratch((folder) => {
      expect(() => synthPlans([makePlan(), makePlan()], folder)).toThrow('two plans are named "qwen35-35b"');
    });
  });

  it.each(['../../escape', 'two words', 'Upper', '', 'a'.repeat(25), 'x"; rm'])(
    'fails for the name %j',
    (name) => {
      inScratch((folder) => {
        expect(() => synthPlans([makePlan({ name })], folder)).toThrow(/plan name .*lower-case letter/);
        expect(readdirSync(folder)).toEqual([]);
      });
    },
  );

  it('fails in one line where it cannot write', () => {
    inScratch((folder) => {
      writeFileSync(join(folder, 'file'), '');
      expect(() => synthPlans([makePlan()], join(folder, 'file', 'out'))).toThrow(UserError);
      mkdirSync(join(folder, 'out', 'stacks', 'qwen35-35b', 'cdk.tf.json'), { recursive: true });
      expect(() => synthPlans([makePlan()], join(folder, 'out'))).toThrow(
        /^cannot write to .*; choose another folder/,
      );
    });
  });

  it('says that the disk is full, also where CDKTF writes, and leaves nothing', () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' });
    inScratch((folder) => {
      const write = jest.spyOn(fs, 'writeFileSync').mockImplementation(() => {
        throw full;
      });
      try {
        expect(() => synthPlans([makePlan()], folder)).toThrow(
          /^cannot write to .*: the disk is full; choose/,
        );
      } finally {
        write.mockRestore();
      }
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('says what is in the way, not that what it is to make does not exist', () => {
    inScratch((folder) => {
      const link = join(folder, 'link');
      symlinkSync(join(folder, 'gone'), link);
      expect(() => synthPlans([makePlan()], link)).toThrow(`${link}" is a link to nowhere; choose`);
      expect(() => synthPlans([makePlan()], join(link, 'out'))).toThrow(`${link}" is a link to nowhere`);
    });
    if (!existsSync('/proc/self')) return;
    expect(() => synthPlans([makePlan()], '/proc/x/y')).toThrow(
      'cannot write to "/proc/x/y": the file system of "/proc" lets nothing be made there; choose another folder with --out',
    );
  });

  it('writes nothing for no plans', () => {
    inScratch((folder) => expect(synthPlans([], folder)).toEqual([]));
  });
});

it('synthesises the largest golden stack within two seconds', () => {
  inScratch((folder) => {
    const [, plan] = variants().find(([name]) => name === 'every-option')!;
    const before = process.cpuUsage();
    synthPlans([plan], folder);
    const { user, system } = process.cpuUsage(before);
    // Processor time: this machine may be busy with other tests.
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});
