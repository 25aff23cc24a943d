import { fillTemplate, template } from '../../stacks/templates';

describe('fillTemplate', () => {
  it('fails without a value, with one too many, and for what is not a whole number', () => {
    expect(() => fillTemplate('qwen-engine.conf', {})).toThrow('no value for @SYSTEMD_STOP@');
    expect(() => fillTemplate('qwen-engine.conf', { SYSTEMD_STOP: 1, OTHER: 2 })).toThrow('has no @OTHER@');
    expect(() => fillTemplate('qwen-engine.conf', { SYSTEMD_STOP: 1.5 })).toThrow('not whole');
  });

  it('leaves systemd’s own signs alone', () => {
    expect(fillTemplate('qwen-engine.conf', { SYSTEMD_STOP: 9 })).toBe('[Service]\nTimeoutStopSec=9\n');
    expect(template('qwen-engine@.service')).toContain('start_engine.py %i');
  });
});
