/**
 * The only file that imports cdktf. CDKTF was archived in December 2025; its fork CDK Terrain keeps the same names,
 * so moving there means editing this file and `aws.ts`.
 */

export {
  App,
  Fn,
  type ITerraformDependable,
  Lazy,
  LocalBackend,
  S3Backend,
  TerraformElement,
  TerraformLocal,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
  Token,
} from 'cdktf';
export type { IConstruct } from 'constructs';
export { Construct } from 'constructs';
