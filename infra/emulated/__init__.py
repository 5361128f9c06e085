"""The package deployed on MiniStack, as `make deploy` deploys it on AWS: for tests and measurements on one machine."""
