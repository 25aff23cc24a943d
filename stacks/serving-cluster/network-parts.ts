import type { ITerraformDependable } from '../cdk';

/** What the rest of the cluster needs to know about its network. */
export interface Network {
  readonly vpcId: string;
  readonly vpcCidr: string;
  /** The set of an existing VPC's further ranges, a Terraform expression; a new one has none. */
  readonly moreVpcCidrs?: string;
  readonly machineSubnetIds: string[];
  readonly loadBalancerSubnetIds: string[];
  /** Ready before a machine boots, or its first downloads fail. */
  readonly egress: ITerraformDependable[];
  /** Ready before a load balancer is made: AWS refuses a public one in a VPC without internet gateway. */
  readonly ingress: ITerraformDependable[];
}
