import { fillTemplate, template } from '../../stacks/templates';

const VALUES = { SYSTEMD_STOP: 9, RESTARTS: 5, RESTART_WINDOW: 100 };

describe('fillTemplate', () => {
  it('fails without a value, with one too many, and for what is not a whole number', () => {
    expect(() => fillTemplate('qwen-engine.conf', {})).toThrow('no value for @RESTARTS@');
    expect(() => fillTemplate('qwen-engine.conf', { ...VALUES, OTHER: 2 })).toThrow('has no @OTHER@');
    expect(() => fillTemplate('qwen-engine.conf', { ...VALUES, SYSTEMD_STOP: 1.5 })).toThrow('not whole');
  });

  it('leaves systemd’s own signs alone', () => {
    expect(fillTemplate('qwen-engine.conf', VALUES)).toMatch(/\[Service\]\nTimeoutStopSec=9\n$/);
    expect(template('qwen-engine@.service')).toContain('start_engine.py %i');
  });
});
