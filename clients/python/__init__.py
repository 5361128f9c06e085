"""The package `casework`, as pip installs it from this folder; in this repository: clients.python.casework."""
