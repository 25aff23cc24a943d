import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { Lb, LbListener, LbListenerRule, LbTargetGroup } from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { Network } from './network';
import { SERVICE_PORT } from './replicas';

/** TLS 1.3 and, for older clients, TLS 1.2 with forward secrecy and authenticated ciphers only. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06';

/** In the shape of OpenAI's errors, which is what clients of this endpoint parse. */
const NOT_FOUND = '{"error":{"message":"not found","type":"NotFoundError","param":null,"code":404}}';

/** The listener that a plan's network requirements call for. */
export interface Listener {
  readonly port: 80 | 443;
  readonly certificateArn: string | undefined;
}

/** @throws UserError for a public front door without certificate or without callers */
export function listenerOf(plan: Plan): Listener {
  const { exposure, certificateArn, allowedCidrs } = plan.requirements.network;
  if (exposure === 'public' && certificateArn === null) {
    throw new UserError(
      'network.exposure is public without network.certificateArn: prompts would travel in clear; name an ACM certificate or use internal',
    );
  }
  if (exposure === 'public' && allowedCidrs.length === 0) {
    throw new UserError(
      'network.exposure is public without network.allowedCidrs; name the ranges that may call (0.0.0.0/0 for everyone) or use internal',
    );
  }
  return certificateArn === null ? { port: 80, certificateArn: undefined } : { port: 443, certificateArn };
}

/** The load balancer: only the OpenAI-compatible paths pass, `/metrics` and development endpoints are never reachable through it. */
export class FrontDoor extends Construct {
  readonly targetGroupArn: string;
  readonly dnsName: string;
  readonly hostedZoneId: string;
  readonly endpoint: string;
  /** Ready before machines are health-checked through it. */
  readonly route: ITerraformDependable;

  constructor(
    scope: Construct,
    id: string,
    plan: Plan,
    network: Network,
    groupId: string,
    listener: Listener,
  ) {
    super(scope, id);
    const timeouts = plan.timeoutsSeconds;
    const balancer = new Lb(this, 'lb', {
      // AWS refuses names that begin with 'internal-', which a plan's name may.
      name: `lb-${plan.name}`,
      loadBalancerType: 'application',
      internal: plan.requirements.network.exposure === 'internal',
      subnets: network.loadBalancerSubnetIds,
      securityGroups: [groupId],
      // The timer counts silence: a request that waits or thinks longer than this gets a 504.
      idleTimeout: timeouts.loadBalancerIdle,
      dropInvalidHeaderFields: true,
      tags: { Name: plan.name },
    });
    const targets = new LbTargetGroup(this, 'machines', {
      // A prefix of at most six characters, so that a replacement can exist before the old one goes.
      namePrefix: 'qwen-',
      port: SERVICE_PORT,
      protocol: 'HTTP',
      targetType: 'instance',
      vpcId: network.vpcId,
      // Requests differ a hundredfold in length, so the machine with the fewest open ones takes the next.
      loadBalancingAlgorithmType: 'least_outstanding_requests',
      deregistrationDelay: String(timeouts.deregistrationDelay),
      healthCheck: {
        enabled: true,
        path: '/health',
        port: 'traffic-port',
        protocol: 'HTTP',
        matcher: '200',
        interval: 15,
        // vLLM's API process answers late while it tokenises long prompts: slow is not dead.
        timeout: 10,
        healthyThreshold: 2,
        unhealthyThreshold: 4,
      },
      tags: { Name: plan.name },
      lifecycle: { createBeforeDestroy: true },
    });
    const { port, certificateArn } = listener;
    const front = new LbListener(this, 'listener', {
      loadBalancerArn: balancer.arn,
      port,
      protocol: certificateArn === undefined ? 'HTTP' : 'HTTPS',
      ...(certificateArn === undefined
        ? {}
        : { certificateArn: literal(certificateArn), sslPolicy: TLS_POLICY }),
      defaultAction: [
        {
          type: 'fixed-response',
          fixedResponse: { contentType: 'application/json', statusCode: '404', messageBody: NOT_FOUND },
        },
      ],
    });
    this.route = new LbListenerRule(this, 'api', {
      listenerArn: front.arn,
      priority: 100,
      condition: [{ pathPattern: { values: ['/v1/*'] } }],
      action: [{ type: 'forward', targetGroupArn: targets.arn }],
    });
    this.targetGroupArn = targets.arn;
    this.dnsName = balancer.dnsName;
    this.hostedZoneId = balancer.zoneId;
    this.endpoint = `${certificateArn === undefined ? 'http' : 'https'}://${balancer.dnsName}/v1`;
  }
}
