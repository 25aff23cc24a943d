import { VpcSecurityGroupIngressRule, type VpcSecurityGroupIngressRuleConfig } from '../aws';
import type { Construct } from '../cdk';
import type { Network } from './network-parts';

/** Opens a port to a whole VPC: to its first range, and to each that its owner has added to an existing one. */
export function admitVpc(
  scope: Construct,
  id: string,
  { vpcCidr, moreVpcCidrs }: Pick<Network, 'vpcCidr' | 'moreVpcCidrs'>,
  rule: Omit<VpcSecurityGroupIngressRuleConfig, 'cidrIpv4'>,
): VpcSecurityGroupIngressRule[] {
  const first = new VpcSecurityGroupIngressRule(scope, id, { ...rule, cidrIpv4: vpcCidr });
  if (moreVpcCidrs === undefined) return [first];
  const more = new VpcSecurityGroupIngressRule(scope, `${id}-more`, {
    ...rule,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Terraform expression
    cidrIpv4: '${each.value}',
  });
  // How many there are is known when Terraform plans.
  more.addOverride('for_each', moreVpcCidrs);
  return [first, more];
}
