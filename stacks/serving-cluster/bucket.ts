import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
  S3Bucket,
  S3BucketLifecycleConfiguration,
  S3BucketPolicy,
  S3BucketPublicAccessBlock,
  S3BucketServerSideEncryptionConfigurationA,
  S3BucketVersioningA,
} from '../aws';
import { Construct, type ITerraformDependable } from '../cdk';

export interface BucketOptions {
  /** At most 36 characters; AWS completes it. */
  readonly prefix: string;
  /** KMS key; without one, S3's own keys. */
  readonly keyArn?: string;
  /** Days until an object expires; without, they stay. */
  readonly expireDays?: number;
  readonly deletable: boolean;
  /** Statements beside 'TLS only', given the bucket's ARN. */
  readonly statements?: (bucketArn: string) => DataAwsIamPolicyDocumentStatement[];
}

/** A private bucket: no public access, TLS only, encrypted, versioned, without leftovers of broken uploads. */
export class Bucket extends Construct {
  readonly name: string;
  readonly arn: string;
  /** All of it, before the first object arrives: what came earlier would lie under another key, or unversioned. */
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, options: BucketOptions) {
    super(scope, id);
    const bucket = new S3Bucket(this, 'bucket', {
      bucketPrefix: options.prefix,
      forceDestroy: options.deletable,
    });
    this.name = bucket.id;
    this.arn = bucket.arn;
    const closed = new S3BucketPublicAccessBlock(this, 'private', {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const encrypted = new S3BucketServerSideEncryptionConfigurationA(this, 'encrypted', {
      bucket: bucket.id,
      rule: [
        options.keyArn === undefined
          ? { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }
          : {
              applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: options.keyArn },
              // One data key for many objects: without it every object read is a KMS request.
              bucketKeyEnabled: true,
            },
      ],
    });
    const versioned = new S3BucketVersioningA(this, 'versioned', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    const lifecycle = new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          id: 'tidy',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 2 }],
          noncurrentVersionExpiration: [{ noncurrentDays: 30 }],
          ...(options.expireDays === undefined ? {} : { expiration: [{ days: options.expireDays }] }),
        },
      ],
      dependsOn: [versioned],
    });
    const policy = new S3BucketPolicy(this, 'access', {
      bucket: bucket.id,
      policy: new DataAwsIamPolicyDocument(this, 'policy', {
        statement: [
          {
            sid: 'TlsOnly',
            effect: 'Deny',
            actions: ['s3:*'],
            resources: [bucket.arn, `${bucket.arn}/*`],
            principals: [{ type: '*', identifiers: ['*'] }],
            condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
          },
          ...(options.statements?.(bucket.arn) ?? []),
        ],
      }).json,
      dependsOn: [closed],
    });
    this.ready = [closed, encrypted, versioned, lifecycle, policy];
  }
}
