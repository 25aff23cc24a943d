import { RATE_LIMIT_RULES } from '../../src/plan/deployed';
import type { Plan } from '../../src/plan/schema';
import {
  CloudwatchLogGroup,
  Wafv2WebAcl,
  Wafv2WebAclAssociation,
  Wafv2WebAclLoggingConfiguration,
} from '../aws';
import { Construct } from '../cdk';
import { RETENTION_DAYS } from './logs';
import { wafLogGroupName } from './names';

const KEY_HEADER = 'authorization';
/** AWS WAF counts over one, two, five or ten minutes. */
const WINDOW_SECONDS = 60;
/** In the shape of OpenAI's errors, which is what clients of this endpoint parse. */
const TOO_MANY = '{"error":{"message":"too many requests","type":"RateLimitError","param":null,"code":429}}';
const BODY = 'too-many-requests';

const untouched = [{ priority: 0, type: 'NONE' }];
const header = { single_header: { name: KEY_HEADER } };

/** A request with a key is counted by it, one without by the address it comes from. */
function rules(limit: number): { name: string; statement: object }[] {
  const counted = { limit, evaluation_window_sec: WINDOW_SECONDS };
  const hasKey = {
    size_constraint_statement: {
      comparison_operator: 'GT',
      size: 0,
      field_to_match: header,
      text_transformation: untouched,
    },
  };
  return [
    {
      name: 'per-key',
      statement: {
        rate_based_statement: {
          ...counted,
          aggregate_key_type: 'CUSTOM_KEYS',
          // AWS WAF keeps the header's value to count by, and leaves requests without one to the next rule.
          custom_key: [{ header: { name: KEY_HEADER, text_transformation: untouched } }],
        },
      },
    },
    {
      name: 'without-key',
      statement: {
        rate_based_statement: {
          ...counted,
          aggregate_key_type: 'IP',
          scope_down_statement: { not_statement: { statement: [hasKey] } },
        },
      },
    },
  ];
}

/** A web ACL that counts requests by API key: who sends too many gets 429, the others notice nothing. */
export class RateLimit extends Construct {
  constructor(scope: Construct, id: string, plan: Plan, limit: number, balancerArn: string, keyArn: string) {
    super(scope, id);
    const visibility = (metricName: string) => ({
      cloudwatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
      metricName,
    });
    const list = rules(limit);
    if (list.length !== RATE_LIMIT_RULES) throw new Error('the plan prices another number of rules');
    const acl = new Wafv2WebAcl(this, 'acl', {
      name: `${plan.name}-rate-limit`,
      description: `Requests per key of ${plan.name}`,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBody: [{ key: BODY, contentType: 'APPLICATION_JSON', content: TOO_MANY }],
      rule: list.map(({ name, statement }, priority) => ({
        name,
        priority,
        statement,
        action: {
          block: {
            customResponse: {
              responseCode: 429,
              customResponseBodyKey: BODY,
              responseHeader: [{ name: 'Retry-After', value: String(WINDOW_SECONDS) }],
            },
          },
        },
        visibilityConfig: visibility(`${plan.name}-${name}`),
      })),
      visibilityConfig: visibility(`${plan.name}-rate-limit`),
    });
    new Wafv2WebAclAssociation(this, 'before-door', { resourceArn: balancerArn, webAclArn: acl.arn });
    const logs = new CloudwatchLogGroup(this, 'logs', {
      name: wafLogGroupName(plan),
      retentionInDays: RETENTION_DAYS,
      kmsKeyId: keyArn,
    });
    new Wafv2WebAclLoggingConfiguration(this, 'logging', {
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      // The key itself is never written down.
      redactedFields: [{ singleHeader: { name: KEY_HEADER } }],
      // What was let through is in the load balancer's own log.
      loggingFilter: {
        defaultBehavior: 'DROP',
        filter: [
          {
            behavior: 'KEEP',
            requirement: 'MEETS_ANY',
            condition: [{ actionCondition: { action: 'BLOCK' } }],
          },
        ],
      },
    });
  }
}
