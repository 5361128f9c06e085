"""Where a webhook may go, and what is tried to make it go somewhere else."""

from __future__ import annotations

import pytest

from chalicelib.outbox.addresses import ForbiddenTarget, checked_addresses, target_of

HOSTILE = (
    "http://example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https:///nowhere",
    "https://exa mple.com/",
    "https://example.com/\nHost: other",
    "https://example.com\\@127.0.0.1/",
    "https://example.com@127.0.0.1/",
    "https://user:secret@example.com/",
    "https://example.com/#@127.0.0.1",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://127.0.0.1/",
    "https://127.0.0.1.:443/",
    "https://127.1/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://2130706433/",
    "https://0/",
    "https://0.0.0.0/",
    "https://①②⑦.0.0.1/",
    "https://127。0。0。1/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://anything.localhost/",
    "https://intranet/",
    "https://printer.local/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::169.254.169.254]/",
    "https://[64:ff9b:1::169.254.169.254]/",
    "https://[64:ff9b:1:a9fe:a9:fe00:808:808]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
)


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(ForbiddenTarget):
        target_of(url, loopback_allowed=False)


@pytest.mark.parametrize(
    ("url", "host_header"),
    [
        ("https://hooks.example.com/casework?x=1", "hooks.example.com"),
        ("https://hooks.example.com:8443/", "hooks.example.com:8443"),
        ("https://8.8.8.8/", "8.8.8.8"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("https://דוגמה.example/", "xn--6dbbec0c.example"),
    ],
)
def test_a_public_https_url_is_taken(url: str, host_header: str) -> None:
    assert target_of(url, loopback_allowed=False).host_header == host_header


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/hook", "http://localhost:9000/", "http://[::1]:9000/"])
def test_on_a_developers_machine_loopback_is_taken(url: str) -> None:
    assert target_of(url, loopback_allowed=True).port == 9000


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "https://169.254.169.254/", "http://example.com/"])
def test_on_a_developers_machine_nothing_else_is_taken_more(url: str) -> None:
    with pytest.raises(ForbiddenTarget):
        target_of(url, loopback_allowed=True)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%eth0"], []]
)
def test_a_name_that_resolves_to_anything_forbidden_is_refused(addresses: list[str]) -> None:
    with pytest.raises(ForbiddenTarget):
        checked_addresses(addresses, loopback_allowed=False)


def test_each_public_address_of_a_name_may_be_connected_to() -> None:
    assert checked_addresses(["8.8.8.8", "2606:4700::1111", "8.8.8.8"], loopback_allowed=False) == (
        "8.8.8.8",
        "2606:4700::1111",
    )
