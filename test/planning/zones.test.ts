import { machineZones } from '../../src/planning/zones';

const offered = ['use1-az1', 'use1-az2', 'use1-az4'];

test('as many zones as there are machines, as asked for, and as the type has', () => {
  expect(machineZones(offered, 1, 1)).toEqual(['use1-az1']);
  expect(machineZones(offered, 2, 1)).toEqual(['use1-az1', 'use1-az2']);
  expect(machineZones(offered, 1, 2)).toEqual(['use1-az1', 'use1-az2']);
  expect(machineZones(offered, 9, 1)).toEqual(offered);
});
