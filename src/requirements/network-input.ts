import * as z from 'zod';
import { arn, ENDPOINT_SERVICES, EVERYONE, hostName, httpsUrl, NAT_MODES } from './deployment-input';

const cidr = z.union([z.cidrv4(), z.cidrv6()]);
const caller = z
  .string()
  .refine(
    (word) => word === EVERYONE || cidr.safeParse(word).success,
    "a CIDR range such as 10.0.0.0/8, or the word 'everyone'",
  );

const subnetId = z
  .string()
  .regex(/^subnet-[0-9a-f]{8,17}$/, 'the id of a subnet such as subnet-0123456789abcdef0');

const ONE_AUDIENCE = 'a word such as llm-api, or a list of one such as [llm-api]';
/**
 * AWS, 'JwtValidationActionAdditionalClaim': at most 256 characters. It would take several in a list, and does not say whether
 * a token needs one of them or all.
 */
const audience = z.string().regex(/^[\x21-\x7e]{1,256}$/, `${ONE_AUDIENCE}, without spaces`);

/** `network` of `selfhost.yaml`: where the machines and their front door stand, and who may call. */
export const networkInput = z.strictObject({
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]{8,17}$/, 'the id of a VPC such as vpc-0123456789abcdef0')
    .optional()
    .describe('existing VPC (default: a new one)'),
  machineSubnetIds: z.array(subnetId).min(1).optional(),
  loadBalancerSubnetIds: z.array(subnetId).min(2).optional(),
  routeTableIds: z
    .array(z.string().regex(/^rtb-[0-9a-f]{8,17}$/, 'the id of a route table such as rtb-0123456789abcdef0'))
    .min(1)
    .max(50)
    .optional()
    .describe(
      'of the machine subnets of an existing VPC that has no S3 gateway endpoint: one is made for them',
    ),
  interfaceEndpoints: z
    .array(z.enum(ENDPOINT_SERVICES))
    .min(1)
    .optional()
    .describe(
      'interface endpoints that an existing VPC without NAT lacks (preflight names them): they are made',
    ),
  exposure: z.enum(['internal', 'public']).optional().describe('front door (default internal)'),
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
      'the ARN of an ACM certificate such as arn:aws:acm:us-east-1:123456789012:certificate/…',
    )
    .optional()
    .describe('ACM certificate; without one the front door is internal HTTP'),
  cidr: z
    .string()
    .regex(
      /^(10\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/,
      'a private /16 such as 10.42.0.0/16',
    )
    .optional()
    .describe('address range of a new VPC; give each its own to peer them (default 10.42.0.0/16)'),
  allowedCidrs: z
    .array(caller)
    .min(1)
    .max(50)
    .optional()
    .describe("who may call: IPv4 ranges, or the word 'everyone' (default: the VPC)"),
  natGateways: z
    .enum(NAT_MODES)
    .optional()
    .describe(
      'single (default), per-zone, or none: then interface endpoints, weights from S3 and deployment.image in ECR',
    ),
  domain: z
    .strictObject({
      name: hostName,
      hostedZoneId: z.string().regex(/^Z[A-Z0-9]{1,31}$/, 'the id of a Route 53 zone such as Z0123456789'),
    })
    .optional()
    .describe('name of the front door in a Route 53 zone: a certificate is issued for it'),
  webAclArn: arn('wafv2').optional().describe('AWS WAF web ACL to put before the front door'),
  rateLimitPerKey: z
    .number()
    .int()
    .min(10)
    .max(2_000_000_000)
    .optional()
    .describe('requests a minute that one API key may send; more get 429 (an AWS WAF web ACL of its own)'),
  targetControlPort: z
    .number()
    .int()
    .min(1024)
    .max(65_535)
    .optional()
    .describe(
      'port of ALB Target Optimizer (usually 3000): a machine gets no more requests than its engines run at once, others get 503',
    ),
  encryptToMachines: z
    .boolean()
    .optional()
    .describe(
      'TLS between load balancer and machines too, ended by the local proxy (default false: plain HTTP inside the VPC)',
    ),
  jwt: z
    .strictObject({
      issuer: httpsUrl,
      jwksUrl: httpsUrl,
      audience: z
        .union([audience, z.array(audience).min(1)])
        .refine((of) => of.length === 1 || typeof of === 'string', ONE_AUDIENCE)
        .optional()
        .describe(
          'for whom tokens must be made: their aud, written as they have it, a word or a list (default: anyone)',
        ),
    })
    .optional()
    .describe('the load balancer accepts only requests with a valid token of this issuer (RS256)'),
});
