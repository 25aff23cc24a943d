import type { Plan } from '../../src/plan/schema';
import { SecurityGroup, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule } from '../aws';
import { Construct } from '../cdk';
import type { Network } from './network';
import { SERVICE_PORT } from './replicas';
import { canonicalCidr } from './subnet-plan';

/**
 * Who may talk to whom: callers to the load balancer, the load balancer to the machines' service port, machines to
 * the world by HTTPS. Nothing else; there is no SSH (Session Manager needs no open port).
 */
export class Firewall extends Construct {
  readonly balancerGroupId: string;
  readonly machineGroupId: string;

  constructor(scope: Construct, id: string, plan: Plan, network: Network, listenerPort: number) {
    super(scope, id);
    const group = (name: string, description: string): string =>
      new SecurityGroup(this, name, {
        // A prefix, so that a replacement can exist before the old one goes. The plan's name comes second: AWS refuses
        // names that begin with 'sg-'.
        namePrefix: `${name}-${plan.name}-`,
        description,
        vpcId: network.vpcId,
        tags: { Name: `${plan.name}-${name}` },
        lifecycle: { createBeforeDestroy: true },
      }).id;
    this.balancerGroupId = group('balancer', `Load balancer of ${plan.name}`);
    this.machineGroupId = group('machine', `Machines of ${plan.name}`);

    const allowed = [...new Set(plan.requirements.network.allowedCidrs.map(canonicalCidr))];
    const callers: [id: string, cidr: string, description: string][] =
      allowed.length > 0
        ? allowed.map((cidr) => [
            `callers-${cidr.replaceAll(/[./]/g, '-')}`,
            cidr,
            'Callers named in the requirements',
          ])
        : [['callers-vpc', network.vpcCidr, 'Callers within the VPC']];
    for (const [ruleId, cidrIpv4, description] of callers) {
      new VpcSecurityGroupIngressRule(this, ruleId, {
        securityGroupId: this.balancerGroupId,
        description,
        ipProtocol: 'tcp',
        fromPort: listenerPort,
        toPort: listenerPort,
        cidrIpv4,
      });
    }
    const service = { ipProtocol: 'tcp', fromPort: SERVICE_PORT, toPort: SERVICE_PORT };
    new VpcSecurityGroupEgressRule(this, 'balancer-to-machines', {
      securityGroupId: this.balancerGroupId,
      description: 'Requests and health checks to the machines',
      referencedSecurityGroupId: this.machineGroupId,
      ...service,
    });
    new VpcSecurityGroupIngressRule(this, 'machines-from-balancer', {
      securityGroupId: this.machineGroupId,
      description: 'Requests and health checks from the load balancer',
      referencedSecurityGroupId: this.balancerGroupId,
      ...service,
    });
    new VpcSecurityGroupEgressRule(this, 'machines-to-https', {
      securityGroupId: this.machineGroupId,
      description: 'Weights, container images and AWS services',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: '0.0.0.0/0',
    });
  }
}
