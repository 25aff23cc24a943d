import { csv, number, write } from './files';

/** Specifications of EC2's GPU machines. */
export function convertInstanceTypes(): void {
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
}
