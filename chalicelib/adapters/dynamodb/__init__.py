"""The tables: DynamoDB behind the stores of jobs and cases."""
