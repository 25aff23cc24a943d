import type { Plan } from '../../src/plan/schema';
import { Construct } from '../cdk';
import { AccessLogs } from './access-logs';
import { Account } from './account';
import { Alarms } from './alarms';
import { Alerts } from './alerts';
import { CostGuards } from './budget';
import { Dashboard } from './dashboard';
import { Encryption } from './encryption';
import { Firewall } from './firewall';
import { Fleet } from './fleet';
import { FlowLogs } from './flow-logs';
import { FrontDoor, listenerPort } from './front-door';
import { Identity } from './identity';
import { checkInvariants } from './invariants';
import { Logs } from './logs';
import { Machine } from './machine';
import { network } from './network';
import type { Network } from './network-parts';
import { RateLimit } from './rate-limit';
import { Revision } from './revision';
import { Scaling } from './scaling';
import { Secrets } from './secrets';
import { Sleep } from './sleep';
import { Weights } from './weights';

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
  readonly alerts: Alerts;
  readonly weights: Weights | undefined;
  /** ARN by variable, of the secrets that the stack makes. */
  readonly secretArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, plan: Plan) {
    super(scope, id);
    checkInvariants(plan);
    const port = listenerPort(plan);
    const account = new Account(this, 'account', plan.choice.region);
    const { keyArn } = new Encryption(this, 'encryption', plan, account);
    this.logs = new Logs(this, 'logs', plan, keyArn);
    this.network = network(this, 'network', plan);
    if (plan.requirements.network.vpcId === null) {
      new FlowLogs(this, 'watch', plan, account, this.network.vpcId, this.logs.flows);
    }
    const firewall = new Firewall(this, 'firewall', plan, this.network, port);
    const accessLogs = new AccessLogs(this, 'access', plan, account);
    this.frontDoor = new FrontDoor(this, 'door', plan, this.network, firewall.balancerGroupId, accessLogs);
    const secrets = new Secrets(this, 'secrets', plan, keyArn);
    this.secretArns = secrets.made;
    if (plan.requirements.deployment.weights === 's3') {
      const token = secrets.arns.huggingFaceToken;
      this.weights = new Weights(this, 'weights', plan, account, keyArn, this.logs.telemetry, token);
    }
    const revision = new Revision(this, 'revision', plan, account);
    const identity = new Identity(this, 'identity', plan, account, {
      logGroupArns: [this.logs.engines.arn, this.logs.telemetry.arn],
      targetGroupArn: this.frontDoor.targetGroupArn,
      keyArn,
      secretArns: Object.values(secrets.arns),
      weightsBucketArn: this.weights?.bucketArn,
      revisionParameterArn: revision.parameterArn,
    });
    const machine = new Machine(
      this,
      'machine',
      plan,
      firewall.machineGroupId,
      identity.instanceProfileArn,
      keyArn,
      {
        targetGroupArn: this.frontDoor.targetGroupArn,
        secrets: secrets.arns,
        weightsBucket: this.weights?.bucket ?? null,
      },
    );
    this.fleet = new Fleet(
      this,
      'fleet',
      plan,
      machine,
      this.network.machineSubnetIds,
      this.frontDoor.targetGroupArn,
      [
        ...this.network.egress,
        ...firewall.ready,
        identity.permissions,
        this.frontDoor.route,
        ...revision.ready,
      ],
    );
    this.alerts = new Alerts(this, 'alerts', plan, account, keyArn);
    new Scaling(this, 'scaling', plan, this.fleet.groupName, this.frontDoor);
    new Sleep(this, 'sleep', plan, this.fleet.groupName, this.frontDoor);
    const { rateLimitPerKey } = plan.requirements.network;
    if (rateLimitPerKey !== null) {
      new RateLimit(this, 'rate-limit', plan, rateLimitPerKey, this.frontDoor.arn, keyArn);
    }
    new Alarms(this, 'alarms', plan, this.fleet.groupName, this.frontDoor, this.alerts.topicArn);
    new Dashboard(this, 'dashboard', plan, this.fleet.groupName, this.frontDoor);
    new CostGuards(this, 'costs', plan, this.alerts.topicArn, this.alerts.ready);
  }
}
