"""One technology each: DynamoDB, SQS, S3, OpenAI, Anthropic, pypdf."""
