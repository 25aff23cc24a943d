import { UserError } from '../../src/errors';
import type { Plan } from '../../src/plan/schema';
import { adaptersOf } from '../../src/requirements/adapters';
import {
  Lb,
  LbListener,
  LbListenerRule,
  type LbListenerRuleActionJwtValidation,
  LbTargetGroup,
  Route53Record,
  Wafv2WebAclAssociation,
} from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';
import { literal } from '../literal';
import type { AccessLogs } from './access-logs';
import { Certificate } from './certificate';
import type { Network } from './network-parts';
import { encrypted, SERVICE_PORT } from './replicas';

/** TLS 1.3 and, for older clients, TLS 1.2 with forward secrecy and authenticated ciphers only. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06';

type Token = NonNullable<Plan['requirements']['network']['jwt']>;

/** In the shape of OpenAI's errors, which is what clients of this endpoint parse. */
const NOT_FOUND = '{"error":{"message":"not found","type":"NotFoundError","param":null,"code":404}}';
const NOTHING_HERE = {
  type: 'fixed-response',
  fixedResponse: { contentType: 'application/json', statusCode: '404', messageBody: NOT_FOUND },
};

/**
 * vLLM's own doors to its adapters (vllm/entrypoints/serve/lora/api_router.py). It opens them only where its environment says
 * so, which no plan's does; were one opened by hand, callers still could not load files of their choice.
 */
const CHANGES_ADAPTERS = ['/v1/load_lora_adapter', '/v1/unload_lora_adapter'];

/**
 * The port that a plan's network requirements call for.
 * @throws UserError for a public front door without certificate or without callers, and for tokens in clear
 */
export function listenerPort(plan: Plan): 80 | 443 {
  const { exposure, certificateArn, domain, allowedCidrs, jwt } = plan.requirements.network;
  const encrypted = certificateArn !== null || domain !== null;
  if (exposure === 'public' && !encrypted) {
    throw new UserError(
      'network.exposure is public without network.certificateArn or network.domain: prompts would travel in clear; name one or use internal',
    );
  }
  if (exposure === 'public' && allowedCidrs.length === 0) {
    throw new UserError(
      "network.exposure is public without network.allowedCidrs; name the ranges that may call (or the word 'everyone') or use internal",
    );
  }
  if (jwt !== null && !encrypted) {
    throw new UserError(
      'network.jwt without HTTPS: tokens would travel in clear; name network.certificateArn or network.domain',
    );
  }
  return encrypted ? 443 : 80;
}

/** What a token must be. Its audience is compared in the form in which tokens give it: one word, or a list that holds it. */
function tokenRule({ issuer, jwksUrl, audience }: Token): LbListenerRuleActionJwtValidation {
  const rule = { issuer: literal(issuer), jwksEndpoint: literal(jwksUrl) };
  if (audience === undefined) return rule;
  const format = typeof audience === 'string' ? 'single-string' : 'string-array';
  return { ...rule, additionalClaim: [{ name: 'aud', format, values: [audience].flat().map(literal) }] };
}

/** The load balancer: only the OpenAI-compatible paths pass, `/metrics` and development endpoints are never reachable through it. */
export class FrontDoor extends Construct {
  readonly arn: string;
  readonly targetGroupArn: string;
  /** As CloudWatch names them. */
  readonly arnSuffix: string;
  readonly targetGroupArnSuffix: string;
  readonly dnsName: string;
  readonly hostedZoneId: string;
  readonly endpoint: string;
  /** Ready before machines are health-checked through it. */
  readonly route: ITerraformDependable;

  constructor(scope: Construct, id: string, plan: Plan, network: Network, groupId: string, logs: AccessLogs) {
    super(scope, id);
    const timeouts = plan.timeoutsSeconds;
    const { exposure, domain, jwt, webAclArn, targetControlPort } = plan.requirements.network;
    const balancer = new Lb(this, 'lb', {
      // AWS refuses names that begin with 'internal-', which a plan's name may.
      name: `lb-${plan.name}`,
      loadBalancerType: 'application',
      internal: exposure === 'internal',
      subnets: network.loadBalancerSubnetIds,
      securityGroups: [groupId],
      // The timer counts silence: a request that waits or thinks longer than this gets a 504.
      idleTimeout: timeouts.loadBalancerIdle,
      dropInvalidHeaderFields: true,
      // Requests that could be read in two ways go no further than the load balancer.
      desyncMitigationMode: 'defensive',
      enableDeletionProtection: plan.requirements.deployment.deletionProtection,
      accessLogs: { bucket: logs.bucket, enabled: true },
      tags: { Name: plan.name },
      dependsOn: [...logs.ready, ...network.ingress],
    });
    const targets = new LbTargetGroup(this, 'machines', {
      // A prefix of at most six characters, so that a replacement can exist before the old one goes.
      namePrefix: 'qwen-',
      port: SERVICE_PORT,
      // Encrypted, the load balancer takes any certificate (AWS, 'Target groups': it does not validate targets').
      protocol: encrypted(plan) ? 'HTTPS' : 'HTTP',
      targetType: 'instance',
      vpcId: network.vpcId,
      // Requests differ a hundredfold in length, so the machine with the fewest open ones takes the next.
      loadBalancingAlgorithmType: 'least_outstanding_requests',
      deregistrationDelay: String(timeouts.deregistrationDelay),
      healthCheck: {
        enabled: true,
        path: '/health',
        port: 'traffic-port',
        protocol: encrypted(plan) ? 'HTTPS' : 'HTTP',
        matcher: '200',
        interval: 15,
        // vLLM's API process answers late while it tokenises long prompts: slow is not dead.
        timeout: 10,
        healthyThreshold: 2,
        unhealthyThreshold: 4,
      },
      // Its agent on the machines then says when one has room; health checks pass through that agent too.
      ...(targetControlPort === null ? {} : { targetControlPort }),
      tags: { Name: plan.name },
      lifecycle: { createBeforeDestroy: true },
    });
    const certificateArn = this.certificate(plan);
    const front = new LbListener(this, 'listener', {
      loadBalancerArn: balancer.arn,
      port: listenerPort(plan),
      protocol: certificateArn === undefined ? 'HTTP' : 'HTTPS',
      ...(certificateArn === undefined ? {} : { certificateArn, sslPolicy: TLS_POLICY }),
      defaultAction: [NOTHING_HERE],
    });
    if (adaptersOf(plan.requirements).length > 0) {
      new LbListenerRule(this, 'adapters-stay', {
        listenerArn: front.arn,
        priority: 50,
        condition: [{ pathPattern: { values: CHANGES_ADAPTERS } }],
        action: [NOTHING_HERE],
      });
    }
    const forward = { type: 'forward', targetGroupArn: targets.arn };
    this.route = new LbListenerRule(this, 'api', {
      listenerArn: front.arn,
      priority: 100,
      condition: [{ pathPattern: { values: ['/v1/*'] } }],
      action:
        jwt === null
          ? [forward]
          : [
              {
                type: 'jwt-validation',
                order: 1,
                jwtValidation: tokenRule(jwt),
              },
              { ...forward, order: 2 },
            ],
    });
    if (webAclArn !== null) {
      new Wafv2WebAclAssociation(this, 'firewall', {
        resourceArn: balancer.arn,
        webAclArn: literal(webAclArn),
      });
    }
    if (domain !== null) {
      new Route53Record(this, 'name', {
        zoneId: literal(domain.hostedZoneId),
        name: literal(domain.name),
        type: 'A',
        alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false },
      });
    }
    this.arn = balancer.arn;
    this.targetGroupArn = targets.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.targetGroupArnSuffix = targets.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.hostedZoneId = balancer.zoneId;
    const host = domain === null ? balancer.dnsName : literal(domain.name);
    this.endpoint = `${certificateArn === undefined ? 'http' : 'https'}://${host}/v1`;
  }

  /** The user's certificate, or one issued for the plan's name; undefined for plain HTTP. */
  private certificate({ requirements }: Plan): string | undefined {
    const { certificateArn, domain } = requirements.network;
    if (certificateArn !== null) return literal(certificateArn);
    return domain === null ? undefined : new Certificate(this, 'tls', domain).arn;
  }
}
