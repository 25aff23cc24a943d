import type { Plan } from '../../src/plan/schema';
import { SecurityGroup, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import type { Network } from './network-parts';
import { SERVICE_PORT } from './replicas';
import { canonicalCidr } from './subnet-plan';
import { admitVpc } from './vpc-ranges';

/**
 * Who may talk to whom: callers to the load balancer, the load balancer to the machines' service port, machines to
 * the world by HTTPS. Nothing else; there is no SSH (Session Manager needs no open port).
 */
export class Firewall extends Construct {
  readonly balancerGroupId: string;
  readonly machineGroupId: string;
  /**
   * Open before a machine boots and until the last has drained: a machine that cannot reach AWS can neither fetch what it
   * needs nor say that it has finished.
   */
  readonly ready: ITerraformDependable[] = [];

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
    this.callers(plan, network, listenerPort);
    this.toMachines(
      'balancer-to-machines',
      'machines-from-balancer',
      SERVICE_PORT,
      'Requests and health checks',
    );
    const { targetControlPort } = plan.requirements.network;
    if (targetControlPort !== null) {
      this.toMachines(
        'balancer-to-agents',
        'agents-from-balancer',
        targetControlPort,
        'Target Optimizer control',
      );
    }
    this.ready.push(
      this.toHttps('machines-to-https', this.machineGroupId, 'Weights, container images and AWS services'),
    );
    if (plan.requirements.network.jwt !== null) {
      this.toHttps('balancer-to-issuer', this.balancerGroupId, 'Public keys of the issuer of tokens');
    }
  }

  private toHttps(ruleId: string, securityGroupId: string, description: string): VpcSecurityGroupEgressRule {
    return new VpcSecurityGroupEgressRule(this, ruleId, {
      securityGroupId,
      description,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIpv4: '0.0.0.0/0',
    });
  }

  private callers({ requirements }: Plan, network: Network, port: number): void {
    const allowed = [...new Set(requirements.network.allowedCidrs.map(canonicalCidr))];
    const service = {
      securityGroupId: this.balancerGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
    };
    if (allowed.length === 0) {
      admitVpc(this, 'callers-vpc', network, { ...service, description: 'Callers within the VPC' });
    }
    for (const cidrIpv4 of allowed) {
      const description = 'Callers named in the requirements';
      const ruleId = `callers-${cidrIpv4.replaceAll(/[./]/g, '-')}`;
      new VpcSecurityGroupIngressRule(this, ruleId, { ...service, description, cidrIpv4 });
    }
  }

  /** One port from the load balancer to the machines: out there, in here, by reference. */
  private toMachines(outId: string, inId: string, port: number, what: string): void {
    const service = { ipProtocol: 'tcp', fromPort: port, toPort: port };
    this.ready.push(
      new VpcSecurityGroupEgressRule(this, outId, {
        securityGroupId: this.balancerGroupId,
        description: `${what} to the machines`,
        referencedSecurityGroupId: this.machineGroupId,
        ...service,
      }),
      new VpcSecurityGroupIngressRule(this, inId, {
        securityGroupId: this.machineGroupId,
        description: `${what} from the load balancer`,
        referencedSecurityGroupId: this.balancerGroupId,
        ...service,
      }),
    );
  }
}
