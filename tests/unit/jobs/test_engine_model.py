"""Any order of starts, deliveries, crashes, cancels, clock jumps and rescues leaves the engine's promises standing."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.fakes.engine_machine import fake_engine, in_fake_case, left_in_fake_store, machine

TestEngine = machine(new_engine=fake_engine, completed_in_case=in_fake_case, left_behind=left_in_fake_store).TestCase
TestEngine.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
