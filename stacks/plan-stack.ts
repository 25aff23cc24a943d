import { quote, UserError } from '../src/errors';
import type { Plan } from '../src/plan/schema';
import { NAME_PATTERN } from '../src/requirements/input';
import { AwsProvider } from './aws';
import {
  type Construct,
  LocalBackend,
  S3Backend,
  TerraformElement,
  TerraformOutput,
  TerraformStack,
} from './cdk';
import { type Language, literal, literalMap, setLanguage } from './literal';
import { ServingCluster } from './serving-cluster';
import { stackTagsOf } from './serving-cluster/names';

/** The first release whose S3 backend locks natively and whose state can leave secrets out (write-only arguments). */
export const REQUIRED_TERRAFORM = '>= 1.11';

/** A stack's name becomes a folder and part of AWS names, so a plan document edited by hand is checked again. */
function stackName({ name }: Plan): string {
  if (NAME_PATTERN.test(name)) return name;
  throw new UserError(
    `plan name ${quote(name)}: a lower-case letter, then up to 23 lower-case letters, digits or hyphens; plan again with --name`,
  );
}

/** One plan as one Terraform configuration. */
export class PlanStack extends TerraformStack {
  /**
   * @param language what the stack will be written as: in HCL, CDKTF 0.21 renders `required_version` as an invalid
   *   block, so there it is left to `synthHcl`
   * @throws UserError when the plan's numbers contradict each other or ask for what cannot be built
   */
  constructor(scope: Construct, plan: Plan, language: Language = 'json') {
    super(scope, stackName(plan));
    setLanguage(this, language);
    if (language === 'json') this.addOverride('terraform.required_version', REQUIRED_TERRAFORM);
    this.backend(plan);
    new AwsProvider(this, 'aws', {
      region: literal(plan.choice.region),
      defaultTags: [{ tags: literalMap(stackTagsOf(plan)) }],
    });
    const cluster = new ServingCluster(this, 'serving', plan);

    this.output(
      'endpoint',
      cluster.frontDoor.endpoint,
      'Base URL for OpenAI clients; with a certificate, call by its name',
    );
    this.output('model', literal(plan.engine.servedModelName), 'Model name that clients send');
    this.output('load_balancer_dns_name', cluster.frontDoor.dnsName, 'Target of a DNS alias record');
    this.output('load_balancer_zone_id', cluster.frontDoor.hostedZoneId, 'Hosted zone of that alias');
    this.output('asg_name', cluster.fleet.groupName, 'Auto Scaling group of the machines');
    this.output('log_group', cluster.logs.engines.name, "CloudWatch log group of the engines' logs");
    this.output('alert_topic_arn', cluster.alerts.topicArn, 'SNS topic of alarms and budget warnings');
    if (cluster.weights !== undefined) {
      this.output(
        'staging_project',
        cluster.weights.stagingProject,
        'Fills the weights bucket: aws codebuild start-build --project-name <this>',
      );
    }
    for (const [variable, arn] of Object.entries(cluster.secretArns)) {
      this.output(
        `${variable}_secret_arn`,
        arn,
        `Secret made of TF_VAR_${variable}; holds its later values too`,
      );
    }
    this.output('vpc_id', cluster.network.vpcId, 'VPC of machines and load balancer');
  }

  /**
   * Path of the construct, joined: `aws_lb.serving_door_lb`. CDKTF's own ids end in a hash, which nobody can type in
   * `terraform state` or `-target`; construct ids here hold no underscore, so a path is as unique as its hash.
   */
  protected override allocateLogicalId(element: TerraformElement | Construct['node']): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const below = node.scopes.slice(node.scopes.indexOf(this) + 1);
    return below.map((scope) => scope.node.id).join('_');
  }

  private backend(plan: Plan): void {
    const { stateBackend } = plan.requirements;
    if (stateBackend === null) {
      // From `<project>/cdktf.out/stacks/<name>`, where Terraform runs, this is `<project>/terraform.<name>.tfstate`, where
      // CDKTF keeps it too; CDKTF would name it by this machine's absolute path. Not inside the output: `cdktf synth`
      // deletes the folder of every stack that is not in its current run.
      new LocalBackend(this, { path: `../../../terraform.${plan.name}.tfstate` });
      return;
    }
    const { bucket, key, region } = stateBackend;
    const backend = new S3Backend(this, {
      bucket: literal(bucket),
      key: literal(key),
      region: literal(region),
      encrypt: true,
    });
    // Native locking, no DynamoDB table; CDKTF 0.21 does not know the argument.
    backend.addOverride('use_lockfile', true);
  }

  private output(id: string, value: string, description: string): void {
    new TerraformOutput(this, id, { value, description });
  }
}
