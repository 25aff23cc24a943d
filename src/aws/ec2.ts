import type { EC2Client } from '@aws-sdk/client-ec2';
import { allPages } from './pages';
import type { Session } from './session';

type Sdk = typeof import('@aws-sdk/client-ec2');
type SendOptions = Parameters<Parameters<Session['call']>[1]>[0];

/** What a call of EC2 is made with: the SDK, loaded on first use, the region's client, and how to send. */
export interface Ec2 {
  readonly sdk: Sdk;
  readonly client: EC2Client;
  readonly options: SendOptions;
}

/** One call of EC2 in a region. @throws AwsFailure */
export async function ec2Call<T>(
  session: Session,
  region: string,
  action: string,
  send: (ec2: Ec2) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-ec2');
  const client = await session.client('ec2', region, (config) => new sdk.EC2Client(config));
  return session.call(action, (options) => send({ sdk, client, options }));
}

/** All items of a paged list of EC2. @throws AwsFailure */
export const ec2Pages = <P extends { readonly NextToken?: string | undefined }, I>(
  session: Session,
  region: string,
  action: string,
  send: (ec2: Ec2, NextToken: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly I[] | undefined,
): Promise<I[]> =>
  allPages(
    action,
    (token) => ec2Call(session, region, action, (ec2) => send(ec2, token)),
    (page) => page.NextToken,
    itemsOf,
  );
