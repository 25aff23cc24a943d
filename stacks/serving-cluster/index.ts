import type { Plan } from '../../src/plan/schema';
import { Construct } from '../cdk';
import { Firewall } from './firewall';
import { Fleet } from './fleet';
import { FrontDoor, listenerOf } from './front-door';
import { Identity } from './identity';
import { checkInvariants } from './invariants';
import { Logs } from './logs';
import { Machine } from './machine';
import { type Network, network } from './network';

/**
 * A fleet of EC2 machines that serve one model behind one load balancer, every number the plan's.
 * Construct ids are an external contract: changing one replaces a user's resources.
 * @throws UserError when the plan's numbers contradict each other or ask for what cannot be built
 */
export class ServingCluster extends Construct {
  readonly network: Network;
  readonly logs: Logs;
  readonly frontDoor: FrontDoor;
  readonly fleet: Fleet;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    checkInvariants(plan);
    const listener = listenerOf(plan);
    this.network = network(this, 'network', plan);
    const firewall = new Firewall(this, 'firewall', plan, this.network, listener.port);
    this.logs = new Logs(this, 'logs', plan);
    const identity = new Identity(this, 'identity', plan, this.logs.groupArn);
    this.frontDoor = new FrontDoor(this, 'door', plan, this.network, firewall.balancerGroupId, listener);
    const machine = new Machine(this, 'machine', plan, firewall.machineGroupId, identity.instanceProfileArn);
    this.fleet = new Fleet(
      this,
      'fleet',
      plan,
      machine,
      this.network.machineSubnetIds,
      this.frontDoor.targetGroupArn,
      [...this.network.egress, identity.permissions, this.frontDoor.route],
    );
  }
}
