"""What is changed in moto 5.2.5, Chalice 1.34 and MiniStack 1.5.33 while they run here.

A module for each change, so that an upgrade has one place.
Each module names what is wrong and where it is reported. After an upgrade: take a patch out, run tests/unit/infra/local
and tests/contract; when they pass, it is no longer needed. Doing any of them twice changes nothing.

moto_one_at_a_time   conditional writes have two winners                     not reported
moto_snapshots       a transaction copies whole tables                       getmoto/moto#9670 (queries only)
moto_streams         streams keep what failed, and everything for ever       not reported
moto_receives        a message is given to a client that has died            as on AWS: aws/aws-sdk-js#2350
chalice_server       nothing can be done before it serves                    no hook, not reported
chalice_watcher      it watches every file, and dies of one that goes away   aws/chalice#1320, aws/chalice#857
ministack_packages   each process of a function unpacks its package again    not reported
"""

from __future__ import annotations

from infra.local.patches.moto_one_at_a_time import handle_one_at_a_time
from infra.local.patches.moto_receives import hand_back_what_nobody_receives
from infra.local.patches.moto_snapshots import share_items_between_snapshots
from infra.local.patches.moto_streams import keep_streams_true


def patch_moto() -> None:
    """Make moto's DynamoDB and SQS as atomic, quick and bounded as the local system needs them."""
    keep_streams_true(handle_one_at_a_time())
    share_items_between_snapshots()
    hand_back_what_nobody_receives()
