import type { Answer, Call, Fault } from './local-aws';

const ec2 = (status: number, code: string, message = code): Answer => ({
  status,
  body: `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
});
const json = (status: number, code: string, message = code): Answer => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws#${code}`, Message: message }),
});

/** An error as the service of a call words it. */
const error =
  (status: number, ec2Code: string, jsonCode: string, message?: string) =>
  ({ action }: Call): Fault => ({
    kind: 'answer',
    answer: action.startsWith('ec2:')
      ? ec2(status, ec2Code, message)
      : json(ec2Code === 'InternalError' ? status : 400, jsonCode, message),
  });

const WHO = 'User: arn:aws:iam::123456789012:user/AKIAIOSFODNN7EXAMPLE is not authorized to perform this';

/** Everything that goes wrong between this program and AWS. */
export const answerFaults = {
  throttled: error(503, 'RequestLimitExceeded', 'ThrottlingException'),
  server: error(500, 'InternalError', 'InternalFailure'),
  denied: error(403, 'UnauthorizedOperation', 'AccessDeniedException', WHO),
  expired: error(400, 'RequestExpired', 'ExpiredTokenException'),
  skewed: error(403, 'RequestTimeTooSkewed', 'RequestTimeTooSkewed'),
  hang: (): Fault => ({ kind: 'hang' }),
  cut: (): Fault => ({ kind: 'cut' }),
  truncated: (): Fault => ({ kind: 'truncate' }),
  garbled: (): Fault => ({ kind: 'garble' }),
  empty: ({ action }: Call): Fault => ({
    kind: 'answer',
    answer: {
      status: 200,
      body: action.startsWith('ec2:')
        ? `<${action.slice(4)}Response><requestId>r-1</requestId></${action.slice(4)}Response>`
        : '{}',
    },
  }),
} as const;
export type FaultName = keyof typeof answerFaults;
